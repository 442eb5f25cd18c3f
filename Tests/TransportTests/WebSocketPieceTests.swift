import Testing

@testable import Transport

/// Mirrors `WebSocket`: messages that are not whole.
@Suite("WebSocket messages in pieces")
struct WebSocketPieceTests {
    /// How a peer is slow; each goes on for seconds, far longer than it may.
    enum Slowness: CaseIterable, Sendable {
        case nothing, header, payload, fragments, pings

        func speak(_ peer: RawPeer) {
            let long = RawFrame.bytes(2, [UInt8](repeating: 7, count: 2000))
            switch self {
            case .nothing: peer.send(Array(long.prefix(1000)))
            case .header: peer.drip(long, everyMilliseconds: 1000)
            case .payload: peer.drip(long, everyMilliseconds: 5)
            case .fragments:
                let piece = RawFrame.bytes(0, [7], final: false)
                let pieces = (0..<1000).flatMap { _ in piece }
                peer.send(RawFrame.bytes(2, [7], final: false))
                peer.drip(pieces, atOnce: piece.count, everyMilliseconds: 5)
            case .pings:
                // None is answered in time to be seen: a pong here would end the drip.
                let pong = RawFrame.bytes(10, [UInt8](repeating: 7, count: 100))
                peer.send(RawFrame.bytes(2, [7], final: false))
                peer.drip((0..<400).flatMap { _ in pong }, atOnce: pong.count, everyMilliseconds: 5)
            }
        }
    }

    private static let limits: @Sendable (inout ConnectionLimits) -> Void = {
        ($0.bodyTimeout, $0.byteRateMin) = (.milliseconds(200), 1000)
    }

    @Test("a message that began and is slower than the least rate closes its socket", arguments: Slowness.allCases)
    func slow(_ slowness: Slowness) async throws {
        let seen = Journal<UInt16>()
        let handler = Handler(request: { exchange in
            let behaviour = WebSocketHandler(
                message: { (_, _) in seen.add(0) }, closed: { (_, code, _) in seen.add(code) })
            _ = try? exchange.acceptWebSocket(
                configuration: WebSocketConfiguration(overflowCode: 4008), handler: behaviour)
        })
        try await TestServer.run(limits: Self.limits, handler) { server in
            let (code, ended) = await RawPeer.run(server.port) { peer in
                guard peer.openWebSocket() else { return (UInt16(0), false) }
                slowness.speak(peer)
                let code = peer.receiveCloseCode()
                return (code, peer.sawEnd())
            }
            #expect(code == 4008)
            #expect(ended)
            #expect(await seen.wait() == [4008])
        }
    }

    @Test("a message that is slow and goes on is taken, and a silent socket between messages may be silent")
    func goesOn() async throws {
        try await TestServer.run(limits: Self.limits, TestServer.echo()) { server in
            let counts = await RawPeer.run(server.port) { peer in
                guard peer.openWebSocket() else { return [Int]() }
                var counts: [Int] = []
                // 20,000 a second, five times as long as a message may stand still.
                peer.drip(
                    RawFrame.bytes(2, [UInt8](repeating: 7, count: 20_000)), atOnce: 100, everyMilliseconds: 5)
                counts.append(peer.receiveFrame()?.payload.count ?? -1)
                // Many messages, each read ending within the next one: none of them is slow.
                let small = RawFrame.bytes(2, [7])
                let many = (0..<100).flatMap { _ in small }
                peer.send(Array(many.prefix(3)))
                peer.pause(milliseconds: 20)
                for start in stride(from: 3, to: many.count, by: small.count) {
                    peer.send(Array(many[start..<min(many.count, start + small.count)]))
                    peer.pause(milliseconds: 10)
                }
                for _ in 0..<100 { counts.append(peer.receiveFrame()?.payload.count ?? -1) }
                peer.pause(milliseconds: 600)
                peer.send(small)
                counts.append(peer.receiveFrame()?.payload.count ?? -1)
                return counts
            }
            #expect(counts == [20_000] + Array(repeating: 1, count: 101))
        }
    }
}
