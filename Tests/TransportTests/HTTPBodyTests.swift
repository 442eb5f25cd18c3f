import Testing

@testable import Transport

/// Mirrors `RequestBody`, `BodyReader`.
@Suite("HTTP bodies")
struct HTTPBodyTests {
    private static func post(_ count: Int) -> [UInt8] {
        Array("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(count)\r\n\r\n".utf8)
            + pattern(count)
    }

    /// Answers with the body itself, taken in pieces.
    private static let pieces = Handler.concurrent { exchange in
        do throws(TransportError) {
            var body: [UInt8] = []
            for try await piece in exchange.bodyChunks(limit: 10_000_000) { body += piece }
            exchange.respond(status: 200, body: body)
        } catch {
            exchange.respond(status: 413)
        }
    }

    private static let whole = Handler.concurrent { exchange in
        do throws(TransportError) {
            exchange.respond(status: 200, body: try await exchange.body(limit: 10_000_000))
        } catch {
            exchange.respond(status: 413)
        }
    }

    @Test("a body arrives as it was sent, whole or in pieces", arguments: [0, 1, 1000, 2048, 65_536, 3_000_000])
    func intact(_ count: Int) async throws {
        for handler in [Self.whole, Self.pieces] {
            try await TestServer.run(handler) { server in
                let request = Self.post(count)
                let body = await RawPeer.run(server.port) { peer in
                    peer.send(request)
                    return peer.receiveResponse()?.body
                }
                #expect(body == Array(request.suffix(count)))
            }
        }
    }

    @Test("a chunked body arrives as it was sent, however it is cut")
    func chunked() async throws {
        var random = SeededRandom(seed: 0x50_77_0)
        let parts = (0..<200).map { _ in
            let count = Int.random(in: 1...5000, using: &random)
            return [UInt8](repeating: UInt8.random(in: 0...255, using: &random), count: count)
        }
        var bytes = Array("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
        for part in parts { bytes += Array(String(part.count, radix: 16).utf8) + [13, 10] + part + [13, 10] }
        bytes += Array("0\r\n\r\n".utf8)
        var cuts: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...9000, using: &random)
            cuts.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        let sent = cuts
        try await TestServer.run(Self.pieces) { server in
            let body = await RawPeer.run(server.port) { peer in
                for cut in sent { peer.send(cut) }
                return peer.receiveResponse()?.body
            }
            #expect(body == parts.flatMap { $0 })
        }
    }

    @Test("what a chunk's header says beside the size is passed over", arguments: [
        ";a", ";a=b", ";a=\"b c\"", ";a=\"\\\"\";b", " ;\ta = b ; c", ";a=\"é\"",
        ";a=\(String(repeating: "b", count: 1021))",
    ])
    func extensions(_ text: String) async throws {
        let head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        let bytes = Array("\(head)3\(text)\r\nabc\r\n2\r\nde\r\n0\(text)\r\n\r\n".utf8)
        try await TestServer.run(Self.whole) { server in
            let texts = await RawPeer.run(server.port) { peer in
                peer.send(bytes)
                let whole = peer.receiveResponse()?.text
                peer.drip(bytes)
                return [whole, peer.receiveResponse()?.text]
            }
            #expect(texts == ["abcde", "abcde"])
        }
    }

    @Test("a long body may have as much of extensions as of itself")
    func manyExtensions() async throws {
        let text = ";signature=" + String(repeating: "0", count: 1000)
        let chunk = "400\(text)\r\n\(String(repeating: "a", count: 1024))\r\n"
        let head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        let bytes = head + String(repeating: chunk, count: 200) + "0\r\n\r\n"
        try await TestServer.run(Self.whole) { server in
            let count = await RawPeer.run(server.port) { $0.ask(bytes)?.body.count }
            #expect(count == 200 * 1024)
        }
    }

    @Test("a length above the limit is refused before the body is read, and the connection ends")
    func tooLong() async throws {
        let handler = Handler.concurrent { exchange in
            do throws(TransportError) {
                _ = try await exchange.body(limit: 100)
                exchange.respond(status: 200)
            } catch {
                exchange.respond(status: error == .bodyTooLarge(limitByteCount: 100) ? 413 : 500)
            }
        }
        try await TestServer.run(handler) { server in
            // The body is never sent: the answer comes from the head alone.
            let early = await RawPeer.run(server.port) {
                $0.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n")
            }
            #expect(early?.status == 413)
            #expect(early?.headers["connection"] == "close")
            let chunked = await RawPeer.run(server.port) { peer in
                peer.ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n"
                    + String(repeating: "a", count: 101) + "\r\n0\r\n\r\n")?.status
            }
            #expect(chunked == 413)
            let exact = await RawPeer.run(server.port) { peer in
                peer.send(Self.post(100))
                return peer.receiveResponse()?.status
            }
            #expect(exact == 200)
        }
    }

    @Test("a peer in the middle of sending much can read an early answer")
    func earlyAnswer() async throws {
        let handler = Handler(request: { $0.respond(status: 413, body: Array("too much".utf8)) })
        try await TestServer.run(handler) { server in
            let texts = await ownThread {
                (0..<20).map { _ in
                    let peer = RawPeer(port: server.port)
                    peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n")
                    peer.send([UInt8](repeating: 0x61, count: 3_000_000))
                    return peer.receiveResponse()?.text
                }
            }
            #expect(texts == [String?](repeating: "too much", count: 20))
        }
    }

    @Test("a short body nobody read is passed over, and the connection lives on")
    func unread() async throws {
        let handler = Handler(request: { $0.respond(status: 200, body: Array($0.head.target.utf8)) })
        try await TestServer.run(handler) { server in
            let answers = await RawPeer.run(server.port) { peer in
                peer.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n")
                let first = peer.receiveResponse()?.text
                peer.send("GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n....")
                return [first, peer.ask("GET /b HTTP/1.1\r\nHost: x\r\n\r\n")?.text]
            }
            #expect(answers == ["/a", "/b"])
        }
    }

    @Test("reading stops while nobody takes the pieces, and goes on when somebody does")
    func backpressure() async throws {
        let gate = Journal<Void>()
        let handler = Handler.concurrent { exchange in
            var body = exchange.bodyChunks().makeAsyncIterator()
            var count = 0
            do throws(TransportError) {
                count += try await body.next()?.count ?? 0
                _ = await gate.wait()
                while let piece = try await body.next() { count += piece.count }
                exchange.respond(status: 200, body: Array(String(count).utf8))
            } catch {
                exchange.respond(status: 500)
            }
        }
        try await TestServer.run(handler) { server in
            let sender = Task {
                await RawPeer.run(server.port) { peer in
                    peer.send(Self.post(10_000_000))
                    return peer.receiveResponse()?.text
                }
            }
            // Wait until the server has taken nothing more for a while: ten rounds of the loop's timer.
            var (last, quiet) = (-1, 0)
            while quiet < 10 {
                await server.pause()
                let now = server.listener.totals.bytesIn
                (quiet, last) = (now == last && now > 0 ? quiet + 1 : 0, now)
            }
            #expect(last < 2_000_000)
            gate.add(())
            #expect(await sender.value == "10000000")
        }
    }

    @Test("a body that trickles is answered with 408, and the handler hears of it")
    func slow() async throws {
        let seen = Journal<TransportError>()
        let handler = Handler.concurrent { exchange in
            do throws(TransportError) { _ = try await exchange.body(limit: 1000) } catch { seen.add(error) }
        }
        try await TestServer.run(limits: { $0.bodyTimeout = .milliseconds(150) }, handler) { server in
            let (status, ended) = await RawPeer.run(server.port) { peer in
                let status = peer.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nabc")?.status
                return (status, peer.sawEnd())
            }
            #expect(status == 408)
            #expect(ended)
            #expect(await seen.wait() == [.timedOut])
        }
    }

    @Test("a body of one byte now and then is answered with 408; a slow one that goes on is taken")
    func trickle() async throws {
        let limits: @Sendable (inout ConnectionLimits) -> Void = {
            ($0.bodyTimeout, $0.byteRateMin) = (.milliseconds(200), 1000)
        }
        try await TestServer.run(limits: limits, Self.whole) { server in
            // 200 bytes a second, for ten seconds: an old rule of 64 bytes a second would take it.
            let trickled = await RawPeer.run(server.port) { peer in
                peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n\r\n")
                peer.drip([UInt8](repeating: 0x61, count: 2000), everyMilliseconds: 5)
                return peer.receiveResponse()?.status
            }
            #expect(trickled == 408)
            // 20,000 a second, five times as long as a body may stand still.
            let slow = await RawPeer.run(server.port) { peer in
                peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n")
                for _ in 0..<200 { peer.drip([UInt8](repeating: 0x61, count: 100), atOnce: 100, everyMilliseconds: 5) }
                return peer.receiveResponse()?.body.count
            }
            #expect(slow == 20_000)
        }
    }

    @Test("a body that breaks off ends the wait for it")
    func brokenOff() async throws {
        let seen = Journal<TransportError>()
        let handler = Handler.concurrent { exchange in
            do throws(TransportError) { _ = try await exchange.body(limit: 1000) } catch { seen.add(error) }
        }
        try await TestServer.run(handler) { server in
            await RawPeer.run(server.port) { peer in
                peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nabc")
            }
            #expect(await seen.wait() == [.closedByPeer])
        }
    }

    @Test("a body can be read once")
    func once() async throws {
        let handler = Handler.concurrent { exchange in
            let first = try? await exchange.body(limit: 10)
            let second = try? await exchange.body(limit: 10)
            exchange.respond(status: 200, body: Array("\(first?.count ?? -1) \(second?.count ?? -1)".utf8))
        }
        try await TestServer.run(handler) { server in
            let text = await RawPeer.run(server.port) { peer in
                peer.send(Self.post(3))
                return peer.receiveResponse()?.text
            }
            #expect(text == "3 -1")
        }
    }
}
