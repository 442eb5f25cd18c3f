import Wire

/// Reads out of a server's frame what the ledger needs, at the places where our server writes it.
///
/// A frame is a CBOR map whose first field is the tag `t`. What does not look as expected is decoded in full, and
/// if that works, it is a frame the load did not expect.
enum Peek {
    enum Tag { case accepted, envelope, event, queueEmpty, hello, pong, other }

    static func tag(_ frame: UnsafeRawBufferPointer) -> Tag {
        // A0…B7 61 't' 6x …
        guard frame.count > 8, frame[0] >> 5 == 5, frame[1] == 0x61, frame[2] == UInt8(ascii: "t") else {
            return .other
        }
        return switch (frame[3], frame[4], frame[5]) {
        case (0x68, UInt8(ascii: "a"), _): .accepted
        case (0x68, UInt8(ascii: "e"), _): .envelope
        case (0x65, UInt8(ascii: "e"), UInt8(ascii: "v")): .event
        case (0x6A, UInt8(ascii: "q"), _): .queueEmpty
        case (0x65, UInt8(ascii: "h"), _): .hello
        case (0x64, UInt8(ascii: "p"), _): .pong
        default: .other
        }
    }

    /// The count in the client id of `accepted`: the first field after the tag.
    static func acceptedCount(_ frame: UnsafeRawBufferPointer) -> UInt64? {
        // map(1) t(2) "accepted"(9) "clientId"(9) head(1) random(8) count(8)
        guard frame.count >= 38, frame[12] == 0x68, frame[13] == UInt8(ascii: "c"), frame[21] == 0x50 else {
            return nil
        }
        return bigEndian(frame, 30)
    }

    /// The number of an `envelope`: the first field after the tag.
    static func envelopeNumber(_ frame: UnsafeRawBufferPointer) -> UInt64? {
        // map(1) t(2) "envelope"(9) "number"(7)
        guard frame.count >= 28, frame[12] == 0x66, frame[13] == UInt8(ascii: "n") else { return nil }
        return unsigned(frame, 19)
    }

    /// The seq of an `event`: the second field after the tag.
    static func eventSeq(_ frame: UnsafeRawBufferPointer) -> UInt64? {
        // map(1) t(2) "event"(6) "conversation"(13) head(1) id(16) "seq"(4)
        guard frame.count >= 52, frame[9] == 0x6C, frame[39] == 0x63, frame[40] == UInt8(ascii: "s") else { return nil }
        return unsigned(frame, 43)
    }

    /// The mark at the start of the body, which is the last field of an envelope and of an event.
    static func mark(_ frame: UnsafeRawBufferPointer, bodyByteCount: Int) -> UInt64? {
        let start = frame.count - bodyByteCount
        guard start >= 3 else { return nil }
        var count: UInt64 = 0
        for place in start..<(start + FrameTemplate.markByteCount) {
            let letter = frame[place]
            let digit = letter >= 0x61 ? letter &- 0x57 : letter &- 0x30
            guard digit < 16 else { return nil }
            count = count << 4 | UInt64(digit)
        }
        return count
    }

    /// A frame that no load waits for: notices and pongs are fine, anything else ends the measurement.
    static func other(_ frame: UnsafeRawBufferPointer) throws(BenchError) {
        let context = WireContext(form: .cbor, refusesUnknownFields: false)
        guard let value = try? WireValue.parse(frame, as: .cbor), let read = try? ServerFrame(wire: value, in: context)
        else { throw .broken("a frame that does not read") }
        switch read {
        case .hello, .pong, .notice, .queueEmpty, .response: return
        case .refused(let refused): throw .broken("refused: \(refused.problem)")
        case .error(let failure): throw .broken("error: \(failure.problem)")
        case .head: throw .broken("a head: this machine does not read as fast as it posts")
        case .goaway: throw .server("the server went away")
        case .accepted, .envelope, .event, .unknown: throw .broken("a frame of another shape than expected")
        }
    }

    private static func unsigned(_ frame: UnsafeRawBufferPointer, _ offset: Int) -> UInt64? {
        let head = frame[offset]
        guard head >> 5 == 0 else { return nil }
        switch head {
        case 0..<24: return UInt64(head)
        case 24...27:
            let width = 1 << Int(head - 24)
            guard offset + width < frame.count else { return nil }
            var value: UInt64 = 0
            for place in 1...width { value = value << 8 | UInt64(frame[offset + place]) }
            return value
        default: return nil
        }
    }

    private static func bigEndian(_ frame: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(bigEndian: frame.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
