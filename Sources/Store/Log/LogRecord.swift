import Digest
import Wire

/// A row of the log, as its bytes. All numbers are little-endian.
///
/// | offset | bytes | what |
/// |---|---|---|
/// | 0 | 8 | digest of all that follows (``RowDigest``) |
/// | 8 | 1 | form: 1 envelopes, 2 an entry |
/// | 9 | 1 | flags: 1 has a sender, 2 urgent, 4 has a conversation and seq, 8 has a client id, 16 has a commitment |
/// | 10 | 1 | kind of the envelopes |
/// | 11 | 1 | zero |
/// | 12 | 4 | number of copies |
/// | 16 | 8 | time, in milliseconds |
/// | 24 | 16 | client id |
/// | 40 | 20 | sender: account and device |
/// | 60 | 24 | conversation and seq |
/// | 84 | 16 | the ``Moment`` it was written in: number and chain |
/// | 100 | 0 or 32 | commitment |
/// | … | 40 each | copies: account 16, device 4, zero 4, queue number 8, end of the body 8 |
/// | … | | the copies' bodies one after the other, or the entry's event in CBOR |
///
/// What a flag says is absent is zero. Borrows the bytes it was made from.
struct LogRecord {
    static let headByteCount = 100
    static let commitmentByteCount = 32
    static let copyByteCount = 40

    enum Form: UInt8 { case envelopes = 1, entry = 2 }

    struct Flags: OptionSet {
        let rawValue: UInt8
        static let sender = Flags(rawValue: 1)
        static let urgent = Flags(rawValue: 2)
        static let conversation = Flags(rawValue: 4)
        static let clientID = Flags(rawValue: 8)
        static let commitment = Flags(rawValue: 16)
    }

    let row: Int64
    let form: Form
    let flags: Flags
    let copyCount: Int
    /// Where the copies begin, or the entry's event.
    private let restOffset: Int
    private let bytes: UnsafeRawBufferPointer

    /// `nil` when the digest does not fit, or the parts do not fit each other.
    init?(_ bytes: UnsafeRawBufferPointer, row: Int64) {
        guard bytes.count >= Self.headByteCount else { return nil }
        let digest = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard digest == RowDigest.of(UnsafeRawBufferPointer(rebasing: bytes[8...]), row: row) else { return nil }
        guard let form = Form(rawValue: bytes[8]) else { return nil }
        let copyCount = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self)))
        let flags = Flags(rawValue: bytes[9])
        let restOffset = Self.headByteCount + (flags.contains(.commitment) ? Self.commitmentByteCount : 0)
        guard bytes.count >= restOffset, copyCount <= (bytes.count - restOffset) / Self.copyByteCount else {
            return nil
        }
        self.row = row
        self.form = form
        self.flags = flags
        self.restOffset = restOffset
        self.copyCount = copyCount
        self.bytes = bytes
    }

    var byteCount: Int { bytes.count }
    var id: MessageID { MessageID(UInt64(bitPattern: row)) }
    var time: Timestamp { Timestamp(milliseconds: number(at: 16)) }
    var clientID: ClientID? { flags.contains(.clientID) ? ClientID(bytes: sixteen(at: 24)) : nil }
    var sender: DeviceAddress? { flags.contains(.sender) ? address(at: 40) : nil }
    var conversation: ConversationID? {
        flags.contains(.conversation) ? ConversationID(bytes: sixteen(at: 60)) : nil
    }
    var commitment: [UInt8]? {
        flags.contains(.commitment) ? [UInt8](bytes[Self.headByteCount..<restOffset]) : nil
    }
    var moment: Moment { Moment(number: number(at: 84), chain: number(at: 92)) }
    var seq: SequenceNumber? { flags.contains(.conversation) ? SequenceNumber(number(at: 76)) : nil }

    /// Whom the copy at an index is for, and its number in their queue.
    func copy(at index: Int) -> (recipient: DeviceAddress, number: UInt64) {
        let offset = restOffset + index * Self.copyByteCount
        return (address(at: offset), number(at: offset + 24))
    }

    /// The envelope that has `number` in the queue of `device`.
    func envelope(for device: DeviceAddress, number: UInt64) -> Envelope? {
        guard form == .envelopes, let kind = EnvelopeKind(code: bytes[10]) else { return nil }
        for index in 0..<copyCount {
            let copy = copy(at: index)
            guard copy.number == number, copy.recipient == device, let body = body(at: index) else { continue }
            return Envelope(
                number: QueueNumber(number), id: id, time: time, sender: sender.map { DeviceAddressPayload($0) },
                kind: kind, conversation: conversation, seq: seq, isUrgent: flags.contains(.urgent),
                commitment: commitment, body: body)
        }
        return nil
    }

    /// The entry of a conversation.
    var entry: LogEntry? {
        guard form == .entry, let conversation, let seq, let sender else { return nil }
        let context = WireContext(form: .cbor, refusesUnknownFields: false)
        guard let value = try? WireValue.parse([UInt8](bytes[restOffset...]), as: .cbor),
            let event = try? ConversationEvent(wire: value, in: context)
        else { return nil }
        return LogEntry(
            conversation: conversation, seq: seq, id: id, time: time, sender: DeviceAddressPayload(sender),
            event: event)
    }

    private func body(at index: Int) -> [UInt8]? {
        let bodies = restOffset + copyCount * Self.copyByteCount
        let start = index == 0 ? 0 : end(at: index - 1)
        let end = end(at: index)
        guard start <= end, end <= UInt64(bytes.count - bodies) else { return nil }
        return [UInt8](bytes[bodies + Int(start)..<bodies + Int(end)])
    }

    /// Of the body of the copy at an index.
    func bodyByteCount(at index: Int) -> Int {
        let start = index == 0 ? 0 : end(at: index - 1)
        return Int(clamping: end(at: index) &- min(start, end(at: index)))
    }

    private func end(at index: Int) -> UInt64 { number(at: restOffset + index * Self.copyByteCount + 32) }

    private func number(at offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    private func sixteen(at offset: Int) -> SixteenBytes {
        SixteenBytes(high: number(at: offset), low: number(at: offset + 8))
    }

    private func address(at offset: Int) -> DeviceAddress {
        let device = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 16, as: UInt32.self))
        return DeviceAddress(account: AccountID(bytes: sixteen(at: offset)), device: DeviceID(device))
    }
}

extension EnvelopeKind {
    /// How a kind stands in a record. A code is never given to another kind. None of a later version is taken.
    var code: UInt8 {
        switch self {
        case .message: 0
        case .handshake: 1
        case .sync: 2
        case .receipt: 3
        case .call: 4
        case .control: 5
        case .sealed: 6
        case .later: 255
        }
    }

    init?(code: UInt8) {
        switch code {
        case 0: self = .message
        case 1: self = .handshake
        case 2: self = .sync
        case 3: self = .receipt
        case 4: self = .call
        case 5: self = .control
        case 6: self = .sealed
        default: return nil
        }
    }
}
