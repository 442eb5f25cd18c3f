import Glibc
import Testing

@testable import Transport

@Suite("HTTP responses")
struct HTTPResponseTests {
    private static let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test("a streamed response is chunked, or has the length that was said")
    func streamed() async throws {
        let handler = Handler.concurrent { exchange in
            let byteCount = exchange.head.target == "/known" ? 6 : nil
            let writer = exchange.respondStreaming(status: 200, byteCount: byteCount)
            for part in ["ab", "", "cdef"] { try? await writer.write(Array(part.utf8)) }
            writer.finish()
        }
        try await TestServer.run(handler) { server in
            let (chunked, known, old) = await RawPeer.run(server.port) { peer in
                let known = "GET /known HTTP/1.1\r\nHost: x\r\n\r\n"
                return (peer.ask(Self.get), peer.ask(known), peer.ask("GET / HTTP/1.0\r\n\r\n"))
            }
            #expect(chunked?.text == "abcdef")
            #expect(chunked?.headers["transfer-encoding"] == "chunked")
            #expect(known?.text == "abcdef")
            #expect(known?.headers["content-length"] == "6")
            #expect(old?.text == "abcdef")
            #expect(old?.headers["connection"] == "close")
        }
    }

    @Test("a writer waits for a reader that does not read, and hears when it goes")
    func backpressure() async throws {
        let written = Journal<Int>()
        let ended = Journal<TransportError>()
        let handler = Handler.concurrent { exchange in
            let writer = exchange.respondStreaming(status: 200)
            let part = [UInt8](repeating: 0x61, count: 100_000)
            do throws(TransportError) {
                while true {
                    try await writer.write(part)
                    written.add(part.count)
                }
            } catch {
                ended.add(error)
            }
        }
        try await TestServer.run(handler) { server in
            await RawPeer.run(server.port, receiveBuffer: 8192) { peer in
                peer.send(Self.get)
                _ = peer.receive(5_000_000)
                peer.resetOnClose()
            }
            #expect(await ended.wait() == [.closedByPeer])
            // What was written beyond what was read is bounded by the kernel's buffers and ours.
            #expect(written.all.reduce(0, +) < 20_000_000)
        }
    }

    @Test("a reader that stalls is cut")
    func slowReader() async throws {
        let ended = Journal<TransportError>()
        let handler = Handler.concurrent { exchange in
            let writer = exchange.respondStreaming(status: 200)
            do throws(TransportError) {
                while true { try await writer.write([UInt8](repeating: 0x61, count: 100_000)) }
            } catch {
                ended.add(error)
            }
        }
        try await TestServer.run(limits: { $0.writeTimeout = .milliseconds(200) }, handler) { server in
            let reader = Task {
                await RawPeer.run(server.port, receiveBuffer: 8192) { peer in
                    peer.send(Self.get)
                    return ownThreadWait(ended)
                }
            }
            #expect(await reader.value == .timedOut)
        }
    }

    @Test("a reader of one byte now and then is cut; a slow one that goes on gets everything")
    func trickle() async throws {
        let whole = 300_000
        let closed = Journal<TransportError>()
        let handler = Handler.concurrent { exchange in
            let writer = exchange.respondStreaming(
                status: 200, headers: [("Connection", "close")], byteCount: exchange.head.target == "/" ? whole : nil)
            do throws(TransportError) {
                try await writer.write([UInt8](repeating: 0x61, count: whole))
                while exchange.head.target != "/" { try await writer.write([UInt8](repeating: 0x61, count: whole)) }
                writer.finish()
            } catch {
                closed.add(error)
            }
        }
        let limits: @Sendable (inout ConnectionLimits) -> Void = {
            // Shorter than the answer takes: between two requests is not while the first is answered.
            ($0.writeTimeout, $0.idleTimeout, $0.byteRateMin) = (.milliseconds(200), .milliseconds(200), 200_000)
        }
        try await TestServer.run(limits: limits, handler) { server in
            // The system gives room back in steps: 1,000 bytes a second at most.
            let reader = Task {
                await RawPeer.run(server.port, receiveBuffer: 4096) { peer in
                    peer.send(Self.get.replacing("GET / ", with: "GET /endless "))
                    return peer.receiveAll(atOnce: 5, everyMilliseconds: 5).count
                }
            }
            #expect(await closed.wait() == [.timedOut])
            reader.cancel()
            let slow = await RawPeer.run(server.port, receiveBuffer: 4096) { peer in
                peer.send(Self.get.replacing("Host: x", with: "Host: x\r\nConnection: close"))
                return peer.receiveAll(atOnce: 4096, everyMilliseconds: 6).count
            }
            #expect(slow > whole)
        }
    }

    @Test("who asks on and on and reads nothing gets no second answer made")
    func pipelining() async throws {
        let count = 50
        let asked = Journal<Void>()
        let handler = Handler(request: { exchange in
            asked.add(())
            exchange.respond(status: 200, body: [UInt8](repeating: 0x61, count: 6_000_000))
        })
        try await TestServer.run(handler) { server in
            let (go, told) = (Journal<Void>(), Journal<Void>())
            let peer = Task {
                await RawPeer.run(server.port, receiveBuffer: 8192) { peer in
                    peer.send(String(repeating: Self.get, count: count))
                    peer.endSending()
                    told.add(())
                    _ = ownThreadWait(go)
                    return (0..<count).count { _ in peer.receiveResponse()?.body.count == 6_000_000 }
                }
            }
            _ = await (told.wait(), asked.wait())
            // One more would fit into no buffer of the system: it may hold 4 MiB.
            for _ in 0..<10 { await server.pause() }
            #expect(asked.all.count == 1)
            #expect(server.listener.totals.held < 7_000_000)
            go.add(())
            #expect(await peer.value == count)
        }
    }

    @Test("a handler that forgets to answer is answered for with 500")
    func forgotten() async throws {
        try await TestServer.run(Handler(request: { _ in })) { server in
            let statuses = await RawPeer.run(server.port) { peer in (0..<2).map { _ in peer.ask(Self.get)?.status } }
            #expect(statuses == [500, 500])
        }
    }

    @Test("the first answer counts")
    func twice() async throws {
        let handler = Handler(request: { exchange in
            exchange.respond(status: 200, body: [0x31])
            exchange.respond(status: 404, body: [0x32])
            exchange.respondStreaming(status: 404).finish()
        })
        try await TestServer.run(handler) { server in
            let texts = await RawPeer.run(server.port) { peer in (0..<2).map { _ in peer.ask(Self.get)?.text } }
            #expect(texts == ["1", "1"])
        }
    }

    @Test("half a body is never taken for a whole one")
    func unfinished() async throws {
        let handler = Handler.concurrent { exchange in
            let writer = exchange.respondStreaming(status: 200)
            try? await writer.write(Array("half".utf8))
        }
        try await TestServer.run(handler) { server in
            let response = await RawPeer.run(server.port) { $0.ask(Self.get) }
            #expect(response == nil)
        }
    }

    @Test("a value cannot start a line of its own")
    func injection() async throws {
        let handler = Handler(request: {
            $0.respond(status: 200, headers: [("X-A", "1\r\nX-Evil: 2\r\n\r\nbody"), ("X B", "1"), ("", "1")])
        })
        try await TestServer.run(handler) { server in
            var response = await RawPeer.run(server.port) { $0.ask(Self.get) }
            response?.headers["date"] = nil
            #expect(response?.headers == ["x-a": "1  X-Evil: 2    body", "content-length": "0"])
        }
    }

    @Test("204 and 304 have no body and no length")
    func bodiless() async throws {
        let handler = Handler(request: { $0.respond(status: $0.head.target == "/304" ? 304 : 204, body: [1, 2, 3]) })
        try await TestServer.run(handler) { server in
            let responses = await RawPeer.run(server.port) { peer in
                ["/204", "/304", "/204"].map { peer.ask("GET \($0) HTTP/1.1\r\nHost: x\r\n\r\n") }
            }
            #expect(responses.map { $0?.status } == [204, 304, 204])
            #expect(responses.allSatisfy { $0?.headers["content-length"] == nil })
        }
    }

    @Test("a peer that resets at any moment harms nobody")
    func resets() async throws {
        let handler = Handler.concurrent { exchange in
            let writer = exchange.respondStreaming(status: 200)
            for _ in 0..<20 { try? await writer.write([UInt8](repeating: 0x61, count: 50_000)) }
            writer.finish()
        }
        try await TestServer.run(handler) { server in
            await ownThread {
                for count in 0..<100 {
                    let peer = RawPeer(port: server.port)
                    peer.send(Self.get)
                    _ = peer.receive(count * 7000)
                    peer.resetOnClose()
                }
            }
            let last = await RawPeer.run(server.port) { $0.ask(Self.get)?.body.count }
            #expect(last == 1_000_000)
        }
    }
}

/// Blocks a thread of its own until the journal has its first entry.
func ownThreadWait<Entry: Sendable>(_ journal: Journal<Entry>) -> Entry? {
    while journal.all.isEmpty { usleep(1000) }
    return journal.all.first
}
