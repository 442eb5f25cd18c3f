import Testing

@testable import Transport

/// Mirrors `WebSocket`: how it ends.
@Suite("WebSockets that end")
struct WebSocketEndingTests {
    @Test("both ends hear the code and the reason", arguments: [
        (1000, ""), (1001, "going"), (3000, "ü"), (4999, String(repeating: "x", count: 123)),
    ] as [(UInt16, String)])
    func closes(_ code: UInt16, _ reason: String) async throws {
        let seen = Journal<String>()
        let handler = Handler(request: { exchange in
            let behaviour = WebSocketHandler(
                message: { socket, _ in socket.close(code: code, reason: reason) },
                closed: { _, code, reason in seen.add("\(code) \(reason)") })
            _ = try? exchange.acceptWebSocket(handler: behaviour)
        })
        try await TestServer.run(handler) { server in
            let (frame, ended) = await RawPeer.run(server.port) { peer in
                guard peer.openWebSocket() else { return (RawFrame?.none, false) }
                peer.send(RawFrame.text("close"))
                let frame = peer.receiveFrame()
                peer.send(RawFrame.close(code, "same to you"))
                return (frame, peer.sawEnd())
            }
            #expect(frame?.payload == [UInt8(code >> 8), UInt8(code & 0xff)] + Array(reason.utf8))
            #expect(ended)
            #expect(await seen.wait() == ["\(code) same to you"])
        }
    }

    @Test("a reason too long is cut between characters")
    func longReason() {
        #expect(WebSocket.truncated("äö", byteCountMax: 3) == Array("ä".utf8))
        #expect(WebSocket.truncated("äö", byteCountMax: 4) == Array("äö".utf8))
        #expect(WebSocket.truncated("aäö", byteCountMax: 3) == Array("aä".utf8))
        #expect(WebSocket.truncated("🎈🎈", byteCountMax: 7) == Array("🎈".utf8))
        #expect(WebSocket.truncated("🎈", byteCountMax: 3) == [])
    }

    @Test("closing twice, sending after closing and closing while writing are harmless")
    func closesTwice() async throws {
        let seen = Journal<UInt16>()
        let handler = Handler(request: { exchange in
            let behaviour = WebSocketHandler(
                message: { socket, _ in
                    socket.send(binary: [UInt8](repeating: 1, count: 2_000_000))
                    socket.close(code: 4000)
                    socket.close(code: 4001)
                    socket.send(text: "late")
                    socket.ping()
                },
                closed: { socket, code, _ in
                    socket.close()
                    socket.send(text: "later")
                    socket.abort()
                    seen.add(code)
                })
            _ = try? exchange.acceptWebSocket(handler: behaviour)
        })
        try await TestServer.run(handler) { server in
            let frames = await RawPeer.run(server.port) { peer in
                guard peer.openWebSocket() else { return [RawFrame]() }
                peer.send(RawFrame.text("go"))
                let frames = [peer.receiveFrame(), peer.receiveFrame()].compactMap { $0 }
                peer.send(RawFrame.close(4000) + RawFrame.close(4000) + RawFrame.text("after"))
                _ = peer.receiveAll()
                return frames
            }
            #expect(frames.map(\.opcode) == [2, 8])
            #expect(await seen.wait() == [4000])
        }
    }

    @Test("a peer that does not answer a close is cut")
    func closeTimeout() async throws {
        let seen = Journal<UInt16>()
        let configuration = WebSocketConfiguration(closeTimeout: .milliseconds(100))
        let handler = Handler(request: { exchange in
            let behaviour = WebSocketHandler(
                message: { socket, _ in socket.close() }, closed: { _, code, _ in seen.add(code) })
            _ = try? exchange.acceptWebSocket(configuration: configuration, handler: behaviour)
        })
        try await TestServer.run(handler) { server in
            let ended = await RawPeer.run(server.port) { peer in
                guard peer.openWebSocket() else { return false }
                peer.send(RawFrame.text("go"))
                return peer.receiveCloseCode() == 1000 && peer.sawEnd()
            }
            #expect(ended)
            #expect(await seen.wait() == [1000])
        }
    }

    @Test("a silent peer is pinged, and cut when it does not answer")
    func pings() async throws {
        let seen = Journal<UInt16>()
        let configuration = WebSocketConfiguration(pingInterval: .milliseconds(60))
        let handler = Handler(request: { exchange in
            let behaviour = WebSocketHandler(message: { _, _ in }, closed: { _, code, _ in seen.add(code) })
            _ = try? exchange.acceptWebSocket(configuration: configuration, handler: behaviour)
        })
        try await TestServer.run(handler) { server in
            let opcodes = await RawPeer.run(server.port) { peer in
                guard peer.openWebSocket() else { return [UInt8]() }
                var opcodes: [UInt8] = []
                for _ in 0..<3 {
                    guard let frame = peer.receiveFrame() else { break }
                    opcodes.append(frame.opcode)
                    peer.send(RawFrame.bytes(10, frame.payload))
                }
                _ = peer.receiveFrame() // not answered
                _ = peer.receiveAll()
                return opcodes
            }
            #expect(opcodes == [9, 9, 9])
            #expect(await seen.wait() == [1006])
        }
    }

    @Test("a pong comes back to who pinged")
    func pong() async throws {
        let seen = Journal<[UInt8]>()
        let handler = Handler(request: { exchange in
            let behaviour = WebSocketHandler(
                message: { socket, _ in socket.ping([1, 2, 3]) }, pong: { _, bytes in seen.add(bytes) })
            _ = try? exchange.acceptWebSocket(handler: behaviour)
        })
        try await TestServer.run(handler) { server in
            await RawPeer.run(server.port) { peer in
                guard peer.openWebSocket() else { return }
                peer.send(RawFrame.text("go"))
                if let ping = peer.receiveFrame() { peer.send(RawFrame.bytes(10, ping.payload)) }
                _ = ownThreadWait(seen)
            }
            #expect(seen.all == [[1, 2, 3]])
        }
    }
}
