import Testing

@testable import Transport

/// Mirrors `HTTPExchange`, `RequestHead`.
@Suite("HTTP requests")
struct HTTPRequestTests {
    @Test("a connection serves one request after another")
    func keepAlive() async throws {
        try await TestServer.run(TestServer.mirror) { server in
            let answers = await RawPeer.run(server.port) { peer in
                (0..<3).map { peer.ask("GET /\($0) HTTP/1.1\r\nHost: x\r\n\r\n")?.text }
            }
            #expect(answers == ["GET /0 0", "GET /1 0", "GET /2 0"])
            #expect(server.listener.totals.accepted == 1)
        }
    }

    @Test("requests glued together are answered in order")
    func pipelined() async throws {
        // Later requests are ready first: the handler of /0 waits for the loop to go round.
        let handler = Handler.concurrent { exchange in
            if exchange.head.target == "/0" { for _ in 0..<20 { await Task.yield() } }
            let body = (try? await exchange.body(limit: 100)) ?? []
            exchange.respond(status: 200, body: Array(exchange.head.target.utf8) + body)
        }
        try await TestServer.run(handler) { server in
            let answers = await RawPeer.run(server.port) { peer in
                let posts = (0..<50).map { "POST /\($0) HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab" }
                peer.send(posts.joined())
                return posts.indices.map { _ in peer.receiveResponse()?.text }
            }
            #expect(answers == (0..<50).map { "/\($0)ab" })
        }
    }

    private static let samples = [
        "GET /a?b=c HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n",
        "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
        "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n",
        "POST /t HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Trailer: 1\r\n\r\n",
    ]
    private static let answers = ["GET /a?b=c 0", "POST /p 5", "POST /c 19", "POST /t 1"]

    @Test("a request that comes byte by byte is the same request", arguments: zip(samples, answers))
    func dripped(_ sample: String, _ answer: String) async throws {
        try await TestServer.run(TestServer.mirror) { server in
            let texts = await RawPeer.run(server.port) { peer in
                (0..<2).map { _ in
                    peer.drip(Array(sample.utf8))
                    return peer.receiveResponse()?.text
                }
            }
            #expect(texts == [answer, answer])
        }
    }

    @Test("a request cut at any length gets no answer and harms nobody", arguments: samples)
    func cut(_ sample: String) async throws {
        let bytes = Array(sample.utf8)
        try await TestServer.run(TestServer.mirror) { server in
            let outcome = await ownThread {
                (1..<bytes.count).filter { length in
                    let peer = RawPeer(port: server.port)
                    peer.send(Array(bytes.prefix(length)))
                    peer.endSending()
                    return peer.receiveAll().map { !$0.isEmpty } ?? false
                }
            }
            // A stream that ends before the last byte is not a request.
            #expect(outcome == [])
            let text = await RawPeer.run(server.port) { $0.ask(sample)?.status }
            #expect(text == 200)
        }
    }

    @Test("a peer that has said all it wants to say still gets its answer")
    func halfClosed() async throws {
        try await TestServer.run(TestServer.mirror) { server in
            let (text, ended) = await RawPeer.run(server.port) { peer in
                peer.send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
                peer.endSending()
                return (peer.receiveResponse()?.text, peer.sawEnd())
            }
            #expect(text == "GET /x 0")
            #expect(ended)
        }
    }

    @Test("HEAD is answered with the length and no body")
    func head() async throws {
        try await TestServer.run(TestServer.mirror) { server in
            let (head, next) = await RawPeer.run(server.port) { peer in
                peer.send("HEAD /x HTTP/1.1\r\nHost: x\r\n\r\n")
                let head = peer.receiveResponse(toHead: true)
                return (head, peer.ask("GET /y HTTP/1.1\r\nHost: x\r\n\r\n")?.text)
            }
            #expect(head?.headers["content-length"] == "9")
            #expect(next == "GET /y 0")
        }
    }

    @Test("HTTP/1.0 and Connection: close end the connection after the answer", arguments: [
        "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    ])
    func closing(_ request: String) async throws {
        try await TestServer.run(TestServer.mirror) { server in
            let (response, ended) = await RawPeer.run(server.port) { peer in (peer.ask(request), peer.sawEnd()) }
            #expect(response?.text == "GET / 0")
            #expect(response?.headers["connection"] == "close")
            #expect(ended)
        }
    }

    @Test("100-continue is said when the handler wants the body, and not before")
    func expectsContinue() async throws {
        try await TestServer.run(TestServer.mirror) { server in
            let (interim, text) = await RawPeer.run(server.port) { peer in
                let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
                let interim = peer.ask(head)?.status
                return (interim, peer.ask("abc")?.text)
            }
            #expect(interim == 100)
            #expect(text == "POST / 3")
        }
    }

    @Test("a body nobody asked for is refused without 100-continue")
    func expectationRefused() async throws {
        let handler = Handler(request: { $0.respond(status: 413) })
        try await TestServer.run(handler) { server in
            let (response, ended) = await RawPeer.run(server.port) { peer in
                let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
                return (peer.ask(head), peer.sawEnd())
            }
            #expect(response?.status == 413)
            #expect(response?.headers["connection"] == "close")
            #expect(ended)
        }
    }

    @Test("fields are found whatever their case, and kept in order")
    func fields() async throws {
        let handler = Handler(request: { exchange in
            let headers = exchange.head.headers
            let text = [headers["x-one"] ?? "-", headers.all("X-TWO").joined(separator: "+"), headers["x-no"] ?? "-",
                String(headers.contains("x-list", token: "B")), String(exchange.head.path),
                String(exchange.head.query ?? "-"), exchange.remoteAddress]
            exchange.respond(status: 200, body: Array(text.joined(separator: " ").utf8))
        })
        try await TestServer.run(handler) { server in
            let text = await RawPeer.run(server.port) { peer in
                let fields = "X-One:  1 \r\nx-two: a\r\nX-Two:b\r\nX-List: a, b\r\n"
                return peer.ask("GET /p?q HTTP/1.1\r\nhost: x\r\n\(fields)\r\n")?.text
            }
            #expect(text == "1 a+b - true /p q 127.0.0.1")
        }
    }

    @Test("silence is cut, and a slow head is answered with 408")
    func headTimeouts() async throws {
        try await TestServer.run(
            limits: { ($0.headTimeout, $0.idleTimeout) = (.milliseconds(150), .milliseconds(150)) }, TestServer.mirror
        ) { server in
            let silent = await RawPeer.run(server.port) { $0.sawEnd() }
            #expect(silent)
            let slow = await RawPeer.run(server.port) { peer in peer.ask("GET / HTTP/1.1\r\nHost")?.status }
            #expect(slow == 408)
            let idle = await RawPeer.run(server.port) { peer in
                (peer.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n")?.status, peer.sawEnd())
            }
            #expect(idle == (200, true))
        }
    }
}
