import Testing

@testable import Transport

@Suite("WebSockets")
struct WebSocketTests {
    // MARK: Opening

    @Test("the answer to the key is the one of RFC 6455, section 1.3")
    func acceptsKey() async throws {
        try await TestServer.run(TestServer.echo()) { server in
            let response = await RawPeer.run(server.port) { $0.ask(RawPeer.upgrade) }
            #expect(response?.status == 101)
            #expect(response?.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
            #expect(response?.headers["upgrade"] == "websocket")
            #expect(response?.headers["connection"] == "Upgrade")
        }
    }

    @Test("what is no upgrade as the standard wants it is refused", arguments: [
        ("GET / HTTP/1.1", "POST / HTTP/1.1"), ("GET / HTTP/1.1", "GET / HTTP/1.0"), ("Version: 13", "Version: 8"),
        ("Version: 13", "Version: 13, 8"), ("Upgrade: websocket", "Upgrade: h2c"),
        ("Connection: Upgrade", "Connection: keep-alive"),
        ("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j"), ("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZ!=="),
        ("Sec-WebSocket-Key", "Sec-WebSocket-Kay"), ("Sec-WebSocket-Version", "X"),
    ])
    func refusesUpgrade(_ from: String, _ to: String) async throws {
        try await TestServer.run(TestServer.echo()) { server in
            let request = replaced(RawPeer.upgrade, from, to)
            let status = await RawPeer.run(server.port) { $0.ask(request)?.status }
            #expect(status == 400)
        }
    }

    @Test("a handler may refuse with any answer, and choose a subprotocol")
    func decided() async throws {
        let handler = Handler(request: { exchange in
            guard exchange.head.headers["authorization"] != nil else { return exchange.respond(status: 401) }
            let chosen = exchange.head.offeredSubprotocols.first { $0 == "b" }
            _ = try? exchange.acceptWebSocket(subprotocol: chosen, handler: WebSocketHandler(message: { _, _ in }))
        })
        try await TestServer.run(handler) { server in
            let refused = await RawPeer.run(server.port) { $0.ask(RawPeer.upgrade)?.status }
            #expect(refused == 401)
            let fields = "Authorization: x\r\nSec-WebSocket-Protocol: a, b\r\nUpgrade: websocket"
            let request = replaced(RawPeer.upgrade, "Upgrade: websocket", fields)
            let accepted = await RawPeer.run(server.port) { $0.ask(request) }
            #expect(accepted?.headers["sec-websocket-protocol"] == "b")
        }
    }

    @Test("frames that come with the upgrade are not lost, even when the handler takes its time")
    func earlyFrames() async throws {
        let handler = Handler.concurrent { exchange in
            for _ in 0..<10 { await Task.yield() }
            TestServer.echo().request(exchange)
        }
        try await TestServer.run(handler) { server in
            let frame = await RawPeer.run(server.port) { peer in
                peer.send(Array(RawPeer.upgrade.utf8) + RawFrame.text("early"))
                _ = peer.receiveResponse()
                return peer.receiveFrame()
            }
            #expect(frame == RawFrame(opcode: 1, payload: Array("early".utf8)))
        }
    }

    // MARK: Messages

    @Test("messages of every length class come back as they went", arguments: [
        0, 1, 125, 126, 127, 128, 2047, 2048, 2049, 65_535, 65_536, 65_537, 1_000_000, 16 * 1024 * 1024,
    ])
    func lengths(_ count: Int) async throws {
        var configuration = WebSocketConfiguration()
        configuration.messageByteCountMax = 16 * 1024 * 1024
        configuration.queueByteCountMax = 64 * 1024 * 1024
        try await TestServer.run(TestServer.echo(configuration)) { server in
            let payload = pattern(count)
            let frame = await RawPeer.run(server.port) { peer in
                guard peer.openWebSocket() else { return RawFrame?.none }
                peer.send(RawFrame.bytes(2, payload))
                return peer.receiveFrame()
            }
            #expect(frame?.opcode == 2)
            #expect(frame?.payload == payload)
        }
    }

    @Test("a conversation is the same whole, glued, dripped or cut anywhere")
    func cuts() async throws {
        let text = Array("grüße, 世界 🎈".utf8)
        let sent: [[UInt8]] = [
            RawFrame.text("one"), RawFrame.bytes(1, Array(text.prefix(4)), final: false), RawFrame.bytes(9, [1, 2]),
            RawFrame.bytes(0, Array(text.dropFirst(4).prefix(7)), final: false), RawFrame.bytes(0, [], final: false),
            RawFrame.bytes(10, [9]), RawFrame.bytes(0, Array(text.dropFirst(11))),
            RawFrame.bytes(2, [UInt8](repeating: 7, count: 200)), RawFrame.bytes(2, []), RawFrame.close(1000, "bye"),
        ]
        let wanted: [RawFrame] = [
            .init(opcode: 1, payload: Array("one".utf8)), .init(opcode: 10, payload: [1, 2]),
            .init(opcode: 1, payload: text), .init(opcode: 2, payload: [UInt8](repeating: 7, count: 200)),
            .init(opcode: 2, payload: []), .init(opcode: 8, payload: [0x03, 0xe8]),
        ]
        let bytes = sent.flatMap { $0 }
        try await TestServer.run(TestServer.echo()) { server in
            let bad = await ownThread {
                ([0, -1] + Array(1..<bytes.count)).filter { cut in
                    let peer = RawPeer(port: server.port)
                    guard peer.openWebSocket() else { return true }
                    switch cut {
                    case 0: peer.send(bytes)
                    case -1: peer.drip(bytes)
                    default:
                        peer.send(Array(bytes.prefix(cut)))
                        peer.send(Array(bytes.dropFirst(cut)))
                    }
                    let got = wanted.indices.map { _ in peer.receiveFrame() }
                    return got != wanted || !peer.sawEnd()
                }
            }
            #expect(bad == [])
        }
    }

    @Test("a conversation that breaks off anywhere is told as 1006")
    func brokenOff() async throws {
        let seen = Journal<UInt16>()
        let bytes = RawFrame.text("one") + RawFrame.bytes(1, [0x61], final: false) + RawFrame.bytes(0, [0x62])
        let handler = Handler(request: { exchange in
            _ = try? exchange.acceptWebSocket(
                handler: WebSocketHandler(message: { _, _ in }, closed: { _, code, _ in seen.add(code) }))
        })
        try await TestServer.run(handler) { server in
            await ownThread {
                for cut in 0...bytes.count {
                    let peer = RawPeer(port: server.port)
                    guard peer.openWebSocket() else { continue }
                    peer.send(Array(bytes.prefix(cut)))
                    if cut % 2 == 0 { peer.resetOnClose() }
                }
            }
            #expect(await seen.wait(bytes.count + 1) == [UInt16](repeating: 1006, count: bytes.count + 1))
            #expect(server.listener.totals.webSockets == 0)
        }
    }

    @Test("ten thousand messages in one breath come back in order")
    func burst() async throws {
        try await TestServer.run(TestServer.echo()) { server in
            let inOrder = await RawPeer.run(server.port) { peer in
                guard peer.openWebSocket() else { return false }
                let count = 10_000
                let frames = (0..<count).flatMap { RawFrame.bytes(2, [UInt8($0 & 0xff), UInt8($0 >> 8)]) }
                peer.send(frames)
                return (0..<count).allSatisfy { peer.receiveFrame()?.payload == [UInt8($0 & 0xff), UInt8($0 >> 8)] }
            }
            #expect(inOrder)
        }
    }

    // MARK: Bounds and pressure

    @Test("a message above the limit is refused from its header")
    func tooLong() async throws {
        let configuration = WebSocketConfiguration(messageByteCountMax: 1000)
        try await TestServer.run(TestServer.echo(configuration)) { server in
            let codes = await ownThread {
                [
                    RawFrame.bytes(2, [], declaring: 1001), // the payload is never sent
                    RawFrame.bytes(2, [], declaring: 1 << 62),
                    RawFrame.bytes(2, pattern(600), final: false) + RawFrame.bytes(0, [], declaring: 401),
                ].map { bytes in
                    let peer = RawPeer(port: server.port)
                    guard peer.openWebSocket() else { return UInt16(0) }
                    peer.send(bytes)
                    return peer.receiveCloseCode()
                }
            }
            #expect(codes == [1009, 1009, 1009])
            let exact = await RawPeer.run(server.port) { peer in
                guard peer.openWebSocket() else { return -1 }
                peer.send(RawFrame.bytes(2, [UInt8](repeating: 0, count: 600), final: false))
                peer.send(RawFrame.bytes(0, [UInt8](repeating: 0, count: 400)))
                return peer.receiveFrame()?.payload.count ?? -1
            }
            #expect(exact == 1000)
        }
    }

    @Test("a reader that falls behind is closed with the code that was chosen")
    func overflow() async throws {
        let seen = Journal<UInt16>()
        let configuration = WebSocketConfiguration(
            queueByteCountMax: 1_000_000, overflowCode: 4008, closeTimeout: .milliseconds(200))
        let handler = Handler(request: { exchange in
            let behaviour = WebSocketHandler(
                message: { socket, _ in
                    let bytes = SharedBytes([UInt8](repeating: 1, count: 10_000))
                    for _ in 0..<2000 { socket.send(binary: bytes) }
                    #expect(socket.bufferedByteCount <= 1_000_000)
                }, closed: { _, code, _ in seen.add(code) })
            _ = try? exchange.acceptWebSocket(configuration: configuration, handler: behaviour)
        })
        try await TestServer.run(handler) { server in
            await RawPeer.run(server.port, receiveBuffer: 8192) { peer in
                guard peer.openWebSocket() else { return }
                for _ in 0..<10 { peer.send(RawFrame.text("go")) }
                _ = ownThreadWait(seen)
            }
            #expect(seen.all == [4008])
            // One that reads what was left to it sees the code.
            let last = await RawPeer.run(server.port) { peer in
                guard peer.openWebSocket() else { return UInt16(0) }
                peer.send(RawFrame.text("go"))
                while let frame = peer.receiveFrame() {
                    if frame.opcode == 8 { return UInt16(frame.payload[0]) << 8 | UInt16(frame.payload[1]) }
                }
                return 0
            }
            #expect(last == 4008)
        }
    }

    @Test("a peer that pings and never reads is held within its queue")
    func pingFlood() async throws {
        let configuration = WebSocketConfiguration(queueByteCountMax: 10_000)
        let sockets = Journal<WebSocket>()
        let handler = Handler(request: { exchange in
            let behaviour = WebSocketHandler(message: { _, _ in })
            if let socket = try? exchange.acceptWebSocket(configuration: configuration, handler: behaviour) {
                sockets.add(socket)
            }
        })
        try await TestServer.run(handler) { server in
            await RawPeer.run(server.port, receiveBuffer: 4096) { peer in
                guard peer.openWebSocket() else { return }
                let pings = (0..<1000).flatMap { _ in RawFrame.bytes(9, [UInt8](repeating: 1, count: 100)) }
                for _ in 0..<100 { peer.send(pings) }
            }
            #expect(await sockets.wait().allSatisfy { $0.bufferedByteCount <= 10_000 })
        }
    }

    @Test("a paused socket delivers nothing and holds its peer back until it resumes")
    func paused() async throws {
        let seen = Journal<Int>()
        let sockets = Journal<WebSocket>()
        let handler = Handler(request: { exchange in
            let behaviour = WebSocketHandler(message: { socket, message in
                seen.add(message.bytes.count)
                if seen.all.count == 1 { socket.pauseReading() }
            })
            if let socket = try? exchange.acceptWebSocket(handler: behaviour) { sockets.add(socket) }
        })
        try await TestServer.run(handler) { server in
            let sender = Task {
                await RawPeer.run(server.port) { peer in
                    guard peer.openWebSocket() else { return false }
                    let message = RawFrame.bytes(2, [UInt8](repeating: 0, count: 100_000))
                    for _ in 0..<200 { if !peer.send(message) { return false } }
                    peer.send(RawFrame.close(1000))
                    return peer.receiveCloseCode() == 1000
                }
            }
            let socket = try #require(await sockets.wait().first)
            _ = await seen.wait(1)
            var (last, quiet) = (-1, 0)
            while quiet < 10 {
                await server.pause()
                let now = server.listener.totals.bytesIn
                (quiet, last) = (now == last ? quiet + 1 : 0, now)
            }
            #expect(seen.all.count == 1)
            #expect(last < 2_000_000)
            socket.resumeReading()
            #expect(await sender.value)
            #expect(seen.all == [Int](repeating: 100_000, count: 200))
        }
    }

    @Test("drained is told when the queue falls below the mark")
    func drained() async throws {
        let seen = Journal<Int>()
        let handler = Handler(request: { exchange in
            let behaviour = WebSocketHandler(
                message: { socket, _ in
                    socket.send(binary: [UInt8](repeating: 1, count: 3_000_000))
                    socket.notifyWhenDrained(below: 1000)
                    seen.add(socket.bufferedByteCount)
                }, drained: { socket in seen.add(socket.bufferedByteCount) })
            _ = try? exchange.acceptWebSocket(handler: behaviour)
        })
        try await TestServer.run(handler) { server in
            let count = await RawPeer.run(server.port) { peer in
                guard peer.openWebSocket() else { return 0 }
                peer.send(RawFrame.text("go"))
                return peer.receiveFrame()?.payload.count ?? 0
            }
            #expect(count == 3_000_000)
            let counts = await seen.wait(2)
            #expect(counts[0] > 3_000_000)
            #expect(counts[1] < 1000)
        }
    }

    @Test("one buffer goes to every socket of the loop")
    func broadcast() async throws {
        let sockets = Journal<WebSocket>()
        let handler = Handler(request: { exchange in
            let behaviour = WebSocketHandler(message: { _, _ in })
            if let socket = try? exchange.acceptWebSocket(handler: behaviour) { sockets.add(socket) }
        })
        try await TestServer.run(handler) { server in
            let readers = (0..<20).map { _ in
                Task {
                    await RawPeer.run(server.port) { peer in
                        guard peer.openWebSocket() else { return [RawFrame?]() }
                        return (0..<3).map { _ in peer.receiveFrame() }
                    }
                }
            }
            let all = await sockets.wait(20)
            let (binary, text) = (SharedBytes([1, 2, 3]), SharedBytes(utf8: "hé"))
            server.loop.execute {
                server.loop.broadcast(binary: binary, to: all)
                server.loop.broadcast(text: text, to: all)
                server.loop.broadcast(binary: binary, to: all)
            }
            let wanted = [RawFrame(opcode: 2, payload: [1, 2, 3]), RawFrame(opcode: 1, payload: Array("hé".utf8)),
                RawFrame(opcode: 2, payload: [1, 2, 3])]
            for reader in readers { #expect(await reader.value == wanted) }
        }
    }
}

func replaced(_ text: String, _ from: String, _ to: String) -> String {
    guard let range = text.firstRange(of: from) else { return text }
    return text.replacingCharacters(in: range, with: to)
}

extension String {
    fileprivate func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
        String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
    }
}

/// Bytes that differ from one position to another, made without a loop over each of millions.
func pattern(_ count: Int) -> [UInt8] {
    let block = (0..<4093).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + block.count)
    while bytes.count < count { bytes += block }
    return Array(bytes.prefix(count))
}
