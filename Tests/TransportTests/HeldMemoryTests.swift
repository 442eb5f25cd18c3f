import Glibc
import Testing

@testable import Transport

/// Mirrors `Listener`: what its peers bind by not reading, and by not finishing what they send.
@Suite("Memory held for peers", .timeLimit(.minutes(10)))
struct HeldMemoryTests {
    private static let limit = 4_000_000

    /// A socket on which every message is answered with a million bytes of its own.
    private static func generous(_ seen: Journal<Int>, of server: Journal<Listener>) -> Handler {
        Handler(request: { exchange in
            let handler = WebSocketHandler(message: { socket, _ in
                if let listener = server.all.first { seen.add(listener.totals.held) }
                socket.send(binary: [UInt8](repeating: 7, count: 1_000_000))
            })
            let configuration = WebSocketConfiguration(queueByteCountMax: 100_000_000)
            _ = try? exchange.acceptWebSocket(configuration: configuration, handler: handler)
        })
    }

    /// Waits until the server has read nothing more for a few milliseconds: what comes then is younger.
    private static func waitUntilQuiet(_ server: TestServer) {
        var (last, quiet) = (-1, 0)
        while quiet < 5 {
            usleep(2000)
            let now = server.listener.totals.bytesIn
            (quiet, last) = (now == last ? quiet + 1 : 0, now)
        }
    }

    @Test("what sockets do not read is bounded for all of them together, and who reads goes on", arguments: [1, 3])
    func sockets(loops: Int) async throws {
        let (seen, listeners, crowds) = (Journal<Int>(), Journal<Listener>(), Journal<Bool>())
        let handler = Self.generous(seen, of: listeners)
        let crowded: @Sendable (Bool) -> Void = { crowds.add($0) }
        try await TestServer.run(loops: loops, heldByteCountMax: Self.limit, crowded: crowded, handler) { server in
            listeners.add(server.listener)
            let (good, mute) = await ownThread {
                let reader = RawPeer(port: server.port)
                var good = reader.openWebSocket() ? 0 : -1
                let mute = (0..<20).map { _ in RawPeer(port: server.port, receiveBuffer: 8192) }
                for peer in mute {
                    guard peer.openWebSocket() else { continue }
                    for _ in 0..<2 { peer.send(RawFrame.text("go")) }
                    reader.send(RawFrame.text("go"))
                    if reader.receiveFrame()?.payload.count == 1_000_000 { good += 1 }
                }
                return (good, mute.count)
            }
            #expect(good == mute)
            #expect(server.listener.totals.heldCuts > 0)
            // Of several loops, all are asked to give back, which takes them a moment.
            let most = seen.all.max() ?? 0
            #expect(most <= (loops == 1 ? Self.limit : 3 * Self.limit))
            #expect(most > Self.limit / 2)
            #expect(await server.holdsNothing())
        }
        // Several loops say when it begins and when it is over; one has cut before it could say so.
        #expect(crowds.all.isEmpty == (loops == 1))
        #expect(crowds.all.last != true && crowds.all.count { $0 } == crowds.all.count { !$0 })
    }

    @Test("bytes that go to many count once, from when the loop has tried to send them")
    func shared() async throws {
        let sockets = Journal<WebSocket>()
        let handler = Handler(request: { exchange in
            let behaviour = WebSocketHandler(message: { _, _ in })
            if let socket = try? exchange.acceptWebSocket(handler: behaviour) { sockets.add(socket) }
        })
        try await TestServer.run(heldByteCountMax: 3_500_000, handler) { server in
            let go = Journal<Void>()
            let readers = (0..<20).map { _ in
                Task {
                    await RawPeer.run(server.port, receiveBuffer: 8192) { peer in
                        guard peer.openWebSocket() else { return 0 }
                        _ = ownThreadWait(go)
                        return peer.receiveFrame()?.payload.count ?? 0
                    }
                }
            }
            let all = await sockets.wait(20)
            let bytes = SharedBytes([UInt8](repeating: 1, count: 3_000_000))
            let held = Journal<Int>()
            server.loop.execute {
                server.loop.broadcast(binary: bytes, to: all)
                held.add(server.listener.totals.held)
                server.loop.afterSending { held.add(server.listener.totals.held) }
            }
            let counts = await held.wait(2)
            #expect(counts.first == 0 && (3_000_000...3_500_000).contains(counts.last ?? 0))
            go.add(())
            for reader in readers { #expect(await reader.value == 3_000_000) }
            #expect(server.listener.totals.heldCuts == 0)
        }
    }

    @Test("bodies that are not finished are bounded together, and a finished one is taken")
    func bodies() async throws {
        let handler = Handler.concurrent { exchange in
            guard let body = try? await exchange.body(limit: 1_000_000) else { return }
            exchange.respond(status: 200, body: Array(String(body.count).utf8))
        }
        try await TestServer.run(heldByteCountMax: Self.limit, handler) { server in
            let (text, most) = await ownThread {
                var most = 0
                let slow = (0..<30).map { _ in
                    let peer = RawPeer(port: server.port)
                    peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n")
                    peer.send([UInt8](repeating: 0x61, count: 800_000))
                    most = max(most, server.listener.totals.held)
                    return peer
                }
                Self.waitUntilQuiet(server)
                let good = RawPeer(port: server.port)
                good.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 800000\r\n\r\n")
                good.send([UInt8](repeating: 0x61, count: 800_000))
                let text = good.receiveResponse()?.text
                return withExtendedLifetime(slow) { (text, max(most, server.listener.totals.held)) }
            }
            #expect(text == "800000")
            // Between two looks a connection reads a little.
            #expect(most <= Self.limit + 1_000_000)
            #expect(server.listener.totals.heldCuts > 0)
            #expect(await server.holdsNothing())
        }
    }

    @Test("the oldest of those who hold much are cut; who holds little is not, however old")
    func order() async throws {
        try await TestServer.run(
            heldByteCountMax: Self.limit, TestServer.echo(WebSocketConfiguration(messageByteCountMax: 1_000_000))
        ) { server in
            let whole = RawFrame.bytes(2, [UInt8](repeating: 5, count: 900_000))
            let answers = await ownThread {
                let small = RawPeer(port: server.port)
                guard small.openWebSocket() else { return [Int?]() }
                let little = RawFrame.bytes(2, [UInt8](repeating: 5, count: 30_000))
                small.send(Array(little.prefix(20_000)))
                let peers = (0..<8).map { _ in
                    let peer = RawPeer(port: server.port)
                    _ = peer.openWebSocket()
                    peer.send(Array(whole.prefix(800_000)))
                    Self.waitUntilQuiet(server)
                    return peer
                }
                small.send(Array(little.dropFirst(20_000)))
                peers[7].send(Array(whole.dropFirst(800_000)))
                return [
                    small.receiveFrame()?.payload.count, peers[7].receiveFrame()?.payload.count,
                    peers[0].receiveFrame()?.payload.count,
                ]
            }
            #expect(answers == [30_000, 900_000, nil])
        }
    }

    @Test("a socket that takes nothing for too long is cut, and one that is slow is not")
    func stall() async throws {
        let seen = Journal<UInt16>()
        let configuration = WebSocketConfiguration(overflowCode: 4008, stallTimeout: .milliseconds(250))
        let handler = Handler(request: { exchange in
            let behaviour = WebSocketHandler(
                message: { socket, _ in
                    socket.send(binary: [UInt8](repeating: 1, count: 3_000_000))
                }, closed: { _, code, _ in seen.add(code) })
            _ = try? exchange.acceptWebSocket(configuration: configuration, handler: behaviour)
        })
        try await TestServer.run(handler) { server in
            await RawPeer.run(server.port, receiveBuffer: 8192) { peer in
                guard peer.openWebSocket() else { return }
                peer.send(RawFrame.text("go"))
                _ = ownThreadWait(seen)
            }
            #expect(seen.all == [4008])
            let count = await RawPeer.run(server.port, receiveBuffer: 65_536) { peer in
                guard peer.openWebSocket() else { return 0 }
                peer.send(RawFrame.text("go"))
                return peer.receiveAll(atOnce: 16_384, everyMilliseconds: 8, count: 3_000_010).count
            }
            #expect(count == 3_000_010)
        }
    }
}
