import Testing

@testable import Transport

@Suite struct AbsoluteTargetTests {
    @Test("host and path are taken apart", arguments: [
        ("http://x/a?b=c", "x", "/a?b=c"), ("HTTPS://Example.org:7420/", "Example.org:7420", "/"),
        ("http://x", "x", "/"), ("http://x?q", "x", "/?q"), ("http://x?q=http://y/", "x", "/?q=http://y/"),
        ("http://x//y", "x", "//y"), ("http://[::1]:80/a", "[::1]:80", "/a"),
        ("http://127.0.0.1:/a", "127.0.0.1:", "/a"), ("http://x/a@b:c", "x", "/a@b:c"),
    ])
    func parts(_ text: String, _ host: String, _ origin: String) {
        let target = AbsoluteTarget(text, method: "GET")
        #expect(target?.host == host && target?.origin == origin)
    }

    @Test("a server that is asked as a whole")
    func asterisk() {
        #expect(AbsoluteTarget("http://x", method: "OPTIONS")?.origin == "*")
        #expect(AbsoluteTarget("http://x/", method: "OPTIONS")?.origin == "/")
    }

    @Test("what is none, or could be read two ways, is left as it is", arguments: [
        "", "*", "x:443", "x/a", "//x/a", "ftp://x/a", "http:/x", "http://", "http:///a", "http://?q", "http://u@x/a",
        "http://u:p@x/a", "http://x:y/a", "http://x:123456/", "http://x:1:2/", "http://x/a#b", "http://x#b",
        "http://[::1/a", "http://[]/a", "http://[x-y]/a", "http://::1/a", "http://x\\y/a", "http://x%2fy/a",
        "http://x,y/a", "http://é/a", "http://[::1]x/a", " http://x/",
    ])
    func none(_ text: String) {
        #expect(AbsoluteTarget(text, method: "GET") == nil)
    }

    @Test("a request may name the server in its target, and then the field does not count")
    func request() async throws {
        let handler = Handler(request: { (exchange) in
            let head = exchange.head
            let text = "\(head.target) \(head.path) \(head.query ?? "-") \(head.host ?? "-")"
            exchange.respond(status: 200, body: Array(text.utf8))
        })
        try await TestServer.run(handler) { (server) in
            let texts = await RawPeer.run(server.port) { (peer) in
                [
                    peer.ask("GET http://y:1/a?b HTTP/1.1\r\nHost: x\r\n\r\n"),
                    peer.ask("GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n"),
                    peer.ask("GET http://u@y/a HTTP/1.1\r\nHost: x\r\n\r\n"),
                    peer.ask("GET http://y/a HTTP/1.1\r\n\r\n"),
                ].map { $0.map { $0.status == 200 ? $0.text : String($0.status) } ?? "none" }
            }
            #expect(texts == ["/a?b /a b y:1", "/a?b /a b x", "http://u@y/a http://u@y/a - x", "400"])
        }
    }
}
