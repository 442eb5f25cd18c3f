import Testing

@testable import Transport

/// What Autobahn's groups 2 to 7 ask, as frames written by hand.
@Suite("WebSocket refusals")
struct WebSocketRefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let code: UInt16
        var testDescription: String { name }

        init(_ name: String, _ code: UInt16, _ bytes: [UInt8]) {
            (self.name, self.code, self.bytes) = (name, code, bytes)
        }
    }

    private static let framing: [Case] =
        [UInt8(0x10), 0x20, 0x30, 0x40, 0x50, 0x60, 0x70].flatMap { flags in
            [UInt8(1), 2, 8, 9, 10].map { opcode in
                Case("reserved bits \(flags >> 4) on opcode \(opcode)", 1002, RawFrame.bytes(opcode, [], flags: flags))
            }
        }
        + [UInt8(3), 4, 5, 6, 7, 11, 12, 13, 14, 15].map {
            Case("opcode \($0)", 1002, RawFrame.bytes($0, [1]))
        }
        + [UInt8(1), 2, 8, 9, 10].map {
            Case("an unmasked frame of opcode \($0)", 1002, RawFrame.bytes($0, [], masked: false))
        }
        + [UInt8(8), 9, 10].flatMap { opcode in
            [
                Case("control \(opcode) in fragments", 1002, RawFrame.bytes(opcode, [], final: false)),
                Case("control \(opcode) of 126 bytes", 1002, RawFrame.bytes(opcode, [UInt8](repeating: 1, count: 126))),
                Case("control \(opcode) in the long form", 1002, RawFrame.bytes(opcode, [1], longForm: 16)),
            ]
        }
        + [
            Case("a continuation of nothing", 1002, RawFrame.bytes(0, [1])),
            Case("an unfinished continuation of nothing", 1002, RawFrame.bytes(0, [1], final: false)),
            Case("a continuation after the end", 1002, RawFrame.text("a") + RawFrame.bytes(0, [1])),
            Case("text inside text", 1002, RawFrame.bytes(1, [0x61], final: false) + RawFrame.text("b")),
            Case("binary inside text", 1002, RawFrame.bytes(1, [0x61], final: false) + RawFrame.bytes(2, [1])),
            Case("5 bytes in the 16-bit form", 1002, RawFrame.bytes(2, [1, 2, 3, 4, 5], longForm: 16)),
            Case(
                "300 bytes in the 64-bit form", 1002,
                RawFrame.bytes(2, [UInt8](repeating: 1, count: 300), longForm: 64)),
            Case("a length of 2^63", 1002, RawFrame.bytes(2, [], declaring: 1 << 63)),
            Case("a length of 2^64-1", 1002, RawFrame.bytes(2, [], declaring: .max)),
            Case(
                "endless empty fragments", 1008,
                RawFrame.bytes(2, [], final: false) + (0..<2000).flatMap { _ in RawFrame.bytes(0, [], final: false) }),
        ]

    private static let badTexts: [(String, [UInt8])] = [
        ("a lone continuation byte", [0x80]), ("a lone last continuation byte", [0xbf]),
        ("overlong slash, 2 bytes", [0xc0, 0xaf]), ("overlong slash, 3 bytes", [0xe0, 0x80, 0xaf]),
        ("overlong slash, 4 bytes", [0xf0, 0x80, 0x80, 0xaf]), ("overlong delete", [0xc1, 0xbf]),
        ("overlong U+07FF", [0xe0, 0x9f, 0xbf]), ("overlong U+FFFF", [0xf0, 0x8f, 0xbf, 0xbf]),
        ("the first surrogate", [0xed, 0xa0, 0x80]), ("the last surrogate", [0xed, 0xbf, 0xbf]),
        ("a pair of surrogates", [0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80]), ("U+110000", [0xf4, 0x90, 0x80, 0x80]),
        ("five bytes", [0xf8, 0x88, 0x80, 0x80, 0x80]), ("six bytes", [0xfc, 0x84, 0x80, 0x80, 0x80, 0x80]),
        ("0xfe", [0xfe]), ("0xff", [0xff]), ("two bytes cut", [0xc3]), ("three bytes cut", [0xe4, 0xb8]),
        ("four bytes cut", [0xf0, 0x9f, 0x8e]), ("a lead after a lead", [0xc3, 0xc3]),
        ("ASCII after a lead", [0xe4, 0x41, 0x41]),
        ("ASCII, then bad", Array("hello hello hello ".utf8) + [0xce, 0xba, 0xe1, 0xbd, 0xb9, 0xed, 0xa0, 0x80]),
    ]

    private static let texts: [Case] = badTexts.flatMap { name, bytes in
        [
            Case("\(name), whole", 1007, RawFrame.bytes(1, bytes)),
            Case(
                "\(name), a byte a fragment", 1007,
                RawFrame.bytes(1, [], final: false) + bytes.flatMap { RawFrame.bytes(0, [$0], final: false) }
                    + RawFrame.bytes(0, [])),
            Case("\(name), as a reason", 1007, RawFrame.bytes(8, [0x03, 0xe8] + bytes)),
        ]
    }

    private static let closes: [Case] =
        [UInt16(0), 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535].map {
            Case("close code \($0)", 1002, RawFrame.close($0))
        } + [
            Case("a close with half a code", 1002, RawFrame.bytes(8, [3])),
            Case("a close without a code", 1005, RawFrame.bytes(8, [])),
        ] + (Array(1000...1003) + Array(1007...1014) + [3000, 3999, 4000, 4999] as [UInt16]).map {
            Case("close code \($0)", $0, RawFrame.close($0, "reason"))
        }

    @Test("each breach is answered with its code, and the connection ends", arguments: framing + texts + closes)
    func refused(_ sample: Case) async throws {
        let seen = Journal<UInt16>()
        let handler = Handler(request: { exchange in
            _ = try? exchange.acceptWebSocket(
                handler: WebSocketHandler(message: { _, _ in }, closed: { _, code, _ in seen.add(code) }))
        })
        try await TestServer.run(handler) { server in
            let outcomes = await ownThread {
                [false, true].map { drips in
                    let peer = RawPeer(port: server.port)
                    guard peer.openWebSocket() else { return (UInt16(0), false) }
                    if drips && sample.bytes.count < 2000 { peer.drip(sample.bytes) } else { peer.send(sample.bytes) }
                    return (peer.receiveCloseCode(), peer.sawEnd())
                }
            }
            #expect(outcomes.map(\.0) == [sample.code, sample.code])
            #expect(outcomes.map(\.1) == [true, true])
            #expect(await seen.wait(2) == [sample.code, sample.code])
        }
    }

    @Test("bad text is refused at its first bad byte, not at the end of the message")
    func failsFast() async throws {
        try await TestServer.run(TestServer.echo()) { server in
            let codes = await ownThread {
                [true, false].map { oneFrame in
                    let peer = RawPeer(port: server.port)
                    guard peer.openWebSocket() else { return UInt16(0) }
                    // A frame that is not complete, or a message that is not.
                    let start = RawFrame.bytes(1, [0x61, 0xff], final: oneFrame, declaring: oneFrame ? 1000 : nil)
                    peer.send(start)
                    return peer.receiveCloseCode()
                }
            }
            #expect(codes == [1007, 1007])
        }
    }

    @Test("every character of Unicode passes, in pieces of every size")
    func allCharacters() async throws {
        var text = ""
        for value in stride(from: UInt32(1), through: 0x10ffff, by: 61) {
            if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
        }
        for value in [0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfffd, 0xffff, 0x10000, 0x10ffff] as [UInt32] {
            if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
        }
        let bytes = Array(text.utf8)
        try await TestServer.run(TestServer.echo()) { server in
            let same = await ownThread {
                [1, 2, 3, 7, 1000, bytes.count].map { size in
                    let peer = RawPeer(port: server.port)
                    guard peer.openWebSocket() else { return false }
                    var sent = RawFrame.bytes(1, [], final: false)
                    var rest = bytes[...]
                    while !rest.isEmpty {
                        sent += RawFrame.bytes(0, Array(rest.prefix(size)), final: rest.count <= size)
                        rest = rest.dropFirst(size)
                    }
                    peer.send(sent)
                    return peer.receiveFrame()?.payload == bytes
                }
            }
            #expect(same == [Bool](repeating: true, count: 6))
        }
    }
}
