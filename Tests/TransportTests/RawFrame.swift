/// Frames built and read by hand, for peers that break the rules on purpose.
struct RawFrame: Equatable, Sendable {
    var opcode: UInt8
    var payload: [UInt8]
    var isFinal = true

    /// A client's frame: masked, unless told otherwise; `flags` are the reserved bits.
    static func bytes(
        _ opcode: UInt8, _ payload: [UInt8], final: Bool = true, masked: Bool = true, flags: UInt8 = 0,
        declaring declared: UInt64? = nil, longForm: Int? = nil
    ) -> [UInt8] {
        var bytes: [UInt8] = [(final ? 0x80 : 0) | flags | opcode]
        let count = declared ?? UInt64(payload.count)
        let form = longForm ?? (count < 126 ? 7 : count <= 0xffff ? 16 : 64)
        let mask: UInt8 = masked ? 0x80 : 0
        switch form {
        case 7: bytes.append(mask | UInt8(truncatingIfNeeded: count))
        case 16: bytes += [mask | 126, UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
        default: bytes += [mask | 127] + (0..<8).map { UInt8(truncatingIfNeeded: count >> (56 - 8 * $0)) }
        }
        guard masked else { return bytes + payload }
        let key: [UInt8] = [0x37, 0xfa, 0x21, 0x3d]
        return bytes + key + Self.masked(payload, key)
    }

    /// Eight bytes at a time: a debug build takes seconds over sixteen million single ones.
    private static func masked(_ payload: [UInt8], _ key: [UInt8]) -> [UInt8] {
        var copy = payload
        let word = (0..<8).reduce(UInt64(0)) { $0 | UInt64(key[$1 & 3]) << (8 * UInt64($1)) }
        copy.withUnsafeMutableBytes { raw in
            let whole = raw.count & ~7
            for at in stride(from: 0, to: whole, by: 8) {
                let part = raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                raw.storeBytes(of: part ^ word, toByteOffset: at, as: UInt64.self)
            }
            for at in whole..<raw.count { raw[at] ^= key[at & 3] }
        }
        return copy
    }

    static func text(_ text: String) -> [UInt8] { bytes(1, Array(text.utf8)) }

    static func close(_ code: UInt16, _ reason: String = "") -> [UInt8] {
        bytes(8, [UInt8(code >> 8), UInt8(code & 0xff)] + Array(reason.utf8))
    }
}

extension RawPeer {
    static let upgrade = """
        GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n
        """

    /// Upgrades; false when it was refused.
    func openWebSocket() -> Bool {
        ask(Self.upgrade)?.status == 101
    }

    /// One unmasked frame; nil at the end of the stream.
    func receiveFrame() -> RawFrame? {
        let first = receive(2)
        guard first.count == 2 else { return nil }
        var count = Int(first[1] & 0x7f)
        if count == 126 {
            count = receive(2).reduce(0) { $0 << 8 | Int($1) }
        } else if count == 127 {
            count = receive(8).reduce(0) { $0 << 8 | Int($1) }
        }
        let payload = receive(count)
        guard payload.count == count else { return nil }
        return RawFrame(opcode: first[0] & 0x0f, payload: payload, isFinal: first[0] & 0x80 != 0)
    }

    /// The code of the close frame that comes next, 1005 for one without, 0 for anything else.
    func receiveCloseCode() -> UInt16 {
        guard let frame = receiveFrame(), frame.opcode == 8 else { return 0 }
        return frame.payload.count >= 2 ? UInt16(frame.payload[0]) << 8 | UInt16(frame.payload[1]) : 1005
    }
}
