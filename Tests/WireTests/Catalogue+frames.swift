@testable import Wire

extension Catalogue {
    static let frames = [
        Specimen(
            ClientFrame.self, .authenticate(.init(token: tokens.accessToken)), .send(.init(to: account, request: send)),
            .post(.init(conversation: conversation, request: PostRequest(clientID: clientID, text: "hello"))),
            .delivered(Delivered(through: QueueNumber(9))), .request(request)),
        Specimen(ClientFrame.Authenticate.self, ClientFrame.Authenticate(token: tokens.refreshToken)),
        Specimen(ClientFrame.Send.self, ClientFrame.Send(to: account, request: send)),
        Specimen(
            ClientFrame.Post.self,
            ClientFrame.Post(conversation: conversation, request: PostRequest(clientID: clientID, body: bytes(9)))),
        Specimen(ClientFrame.Request.self, request, ClientFrame.Request(id: 0, method: "GET", path: "/")),
        Specimen(ClientFrame.Ping.self, ClientFrame.Ping(stamp: 1 << 53)),
        Specimen(
            ServerFrame.self,
            .hello(
                .init(
                    account: account, device: DeviceID(1), incarnation: IncarnationID(bytes: .init(high: 7, low: 70)),
                    serverTime: epoch)),
            .accepted(.sample), .refused(.init(clientID: clientID, problem: problem)), .envelope(envelope),
            .event(entry), .head(.init(conversation: conversation, seq: SequenceNumber(12))),
            .response(response), .notice(.init(topic: .keysLow, count: 3)), .pong(.sample),
            .goaway(.init(reason: "restart", retryAfterMilliseconds: 0)), .error(.init(problem: problem))),
        Specimen(
            ServerFrame.Hello.self,
            ServerFrame.Hello(
                account: account, device: DeviceID(9), incarnation: IncarnationID(bytes: .init(high: 7, low: 70)),
                serverTime: endOfTime)),
        Specimen(ServerFrame.Refused.self, ServerFrame.Refused(clientID: clientID, problem: problem)),
        Specimen(
            ServerFrame.Head.self, ServerFrame.Head(conversation: conversation, seq: SequenceNumber(1))),
        Specimen(ServerFrame.QueueEmpty.self, ServerFrame.QueueEmpty(through: QueueNumber(0))),
        Specimen(ServerFrame.Response.self, response, ServerFrame.Response(id: 1, status: 204, body: nil)),
        Specimen(ServerFrame.Notice.self, ServerFrame.Notice(topic: .devicesChanged)),
        Specimen(
            ServerFrame.Goaway.self, ServerFrame.Goaway(reason: "drain", retryAfterMilliseconds: 3_600_000)),
        Specimen(ServerFrame.Failure.self, ServerFrame.Failure(problem: Problem(.overloaded, ""))),
    ]

    static let request = ClientFrame.Request(
        id: 1 << 53, method: "POST", path: "/v1/conversations?limit=20", idempotencyKey: clientID, body: anything)

    static let response = ServerFrame.Response(id: 7, status: 200, body: anything)

    /// Every kind of value that is the same in both forms.
    static let anything = WireValue.map([
        .init(key: "null", value: .null), .init(key: "yes", value: .boolean(true)),
        .init(key: "most", value: .unsigned(.max)), .init(key: "least", value: .negative(.min)),
        .init(key: "real", value: .double(-0.1)), .init(key: "text", value: .text("\u{0}\"\\/ü水𐅑")),
        .init(key: "none", value: .list([])), .init(key: "some", value: .list([.map([]), .unsigned(0)])),
    ])
}
