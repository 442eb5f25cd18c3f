import Testing

@testable import Transport

/// Mirrors `Listener`, `EventLoopGroup`.
@Suite("Shutdown")
struct ShutdownTests {
    private static let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test("a request that runs is finished, idle connections end, and no new one is accepted")
    func finishes() async throws {
        let (begun, gate) = (Journal<Void>(), Journal<Void>())
        let handler = Handler.concurrent { exchange in
            if exchange.head.target == "/slow" {
                begun.add(())
                _ = await gate.wait()
            }
            exchange.respond(status: 200, body: Array("done".utf8))
        }
        try await TestServer.run(handler) { server in
            let slow = Task {
                await RawPeer.run(server.port) { peer in
                    (peer.ask("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"), peer.sawEnd())
                }
            }
            let idle = Task {
                await RawPeer.run(server.port) { peer in
                    let status = peer.ask(Self.get)?.status
                    begun.add(())
                    return (status, peer.sawEnd())
                }
            }
            _ = await begun.wait(2)
            let shutdown = Task { await server.listener.shutdown(within: .seconds(60)) }
            #expect(await idle.value == (200, true))
            await server.listener.stopAccepting()
            gate.add(())
            let (response, ended) = await slow.value
            #expect(response?.text == "done")
            #expect(response?.headers["connection"] == "close")
            #expect(ended)
            #expect(await shutdown.value == 0)
        }
    }

    @Test("WebSockets are told to leave with 1001, after what the owner still wants to say")
    func webSockets() async throws {
        try await TestServer.run(loops: 2, TestServer.echo()) { server in
            let readers = (0..<10).map { _ in
                Task {
                    await RawPeer.run(server.port) { peer in
                        guard peer.openWebSocket() else { return ([RawFrame?](), false) }
                        let frames = [peer.receiveFrame(), peer.receiveFrame()]
                        peer.send(RawFrame.close(1001))
                        return (frames, peer.sawEnd())
                    }
                }
            }
            while server.listener.totals.webSockets < 10 { await Task.yield() }
            let cut = await server.listener.shutdown(within: .seconds(60)) { socket in
                socket.send(text: "goaway")
                socket.close(code: 1001)
            }
            #expect(cut == 0)
            let wanted = [
                RawFrame(opcode: 1, payload: Array("goaway".utf8)), RawFrame(opcode: 8, payload: [0x03, 0xe9]),
            ]
            for reader in readers {
                let (frames, ended) = await reader.value
                #expect(frames == wanted)
                #expect(ended)
            }
        }
    }

    @Test("what does not end by the deadline is cut")
    func deadline() async throws {
        let held = Journal<HTTPExchange>()
        try await TestServer.run(Handler(request: { held.add($0) })) { server in
            let stuck = Task { await RawPeer.run(server.port) { $0.ask(Self.get)?.status } }
            _ = await held.wait()
            #expect(await server.listener.shutdown(within: .milliseconds(50)) == 1)
            #expect(await stuck.value == nil)
            held.all.first?.respond(status: 200) // too late, and harmless
        }
    }

    @Test("a group can stop under traffic")
    func underTraffic() async throws {
        for round in 0..<5 {
            let group = EventLoopGroup(count: 2)
            let listener = try Listener.start(.init(), on: group, handler: TestServer.echo())
            let port = listener.port
            let peers = (0..<8).map { _ in
                Task {
                    await RawPeer.run(port) { peer in
                        guard peer.openWebSocket() else { return }
                        let frames = (0..<50).flatMap { _ in RawFrame.bytes(2, [UInt8](repeating: 1, count: 3000)) }
                        while peer.send(frames), peer.receiveFrame() != nil {}
                    }
                }
            }
            // Who came too late would find no listener.
            while listener.totals.accepted < peers.count { await Task.yield() }
            while listener.totals.bytesOut < 1_000_000 * (round + 1) { await Task.yield() }
            if round % 2 == 0 { await listener.shutdown(within: .milliseconds(20)) }
            await ownThread { group.shutdown() }
            for peer in peers { await peer.value }
            #expect(listener.totals.open == 0)
        }
    }
}
