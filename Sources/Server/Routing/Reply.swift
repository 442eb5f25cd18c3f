import Wire

/// What a route answers: a record in whatever form the client asked for, or bytes of a media type of their own.
struct Reply: Sendable {
    enum Body: Sendable {
        case none
        case record(any WireRecord)
        case bytes([UInt8], mediaType: String)
    }

    var status: Int
    var body: Body
    var headers: [(String, String)] = []
    /// What it takes of the room for answers, until it is written.
    var roomPart: AnswerRoom.Part?

    /// Whose requests it weighs on, when it is known how long it is; `nil` where nothing counts it.
    var limitKey: String?

    /// Whether it says no, and nothing has failed: also for want of room, which has a status above 500.
    var isRefusal: Bool {
        guard case .record(let record) = body, let problem = record as? Problem else { return (400..<500) ~= status }
        return ![.internalError, .mediaDamaged].contains(problem.code)
    }

    init(status: Int = 200, _ record: any WireRecord) {
        self.status = status
        body = .record(record)
    }

    init(status: Int = 200, bytes: [UInt8], mediaType: String) {
        self.status = status
        body = .bytes(bytes, mediaType: mediaType)
    }

    /// Without a body.
    init(status: Int, headers: [(String, String)]) {
        self.status = status
        self.headers = headers
        body = .none
    }
}

extension Problem {
    /// The problem as a reply. The one place where errors become replies.
    func reply(requestID: String) -> Reply {
        var problem = self
        problem.instance = requestID
        var reply = Reply(status: code.status, problem)
        if let retryAfterSeconds { reply.headers.append(("Retry-After", String(retryAfterSeconds))) }
        if !allow.isEmpty { reply.headers.append(("Allow", allow.joined(separator: ", "))) }
        if code == .unauthenticated || code == .tokenExpired {
            reply.headers.append(("WWW-Authenticate", "Bearer realm=\"sotto\""))
        }
        return reply
    }
}
