import Digest
import Wire

/// Writes log records into one buffer that is used again for each. Owned by the writer. ``LogRecord`` draws the bytes.
struct RecordWriter: ~Copyable {
    private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
    private var offset = 0

    deinit { buffer.deallocate() }

    /// The record of a send. Valid until the next record is written.
    mutating func record(
        _ draft: EnvelopeDraft, row: Int64, at moment: Moment, seq: SequenceNumber?, numbers: [QueueNumber]
    ) -> UnsafeRawBufferPointer {
        let bodyByteCount = draft.copies.reduce(0) { $0 + $1.body.count }
        reserve(
            LogRecord.headByteCount + LogRecord.commitmentByteCount
                + draft.copies.count * LogRecord.copyByteCount + bodyByteCount)
        var flags: LogRecord.Flags = draft.isUrgent ? [.urgent] : []
        if draft.sender != nil { flags.formUnion([.sender, .clientID]) }
        if draft.conversation != nil { flags.insert(.conversation) }
        if let commitment = draft.commitment {
            precondition(commitment.count == LogRecord.commitmentByteCount, "a commitment of another size")
            flags.insert(.commitment)
        }
        head(
            form: .envelopes, flags: flags, kind: draft.kind.code, copyCount: draft.copies.count, time: draft.time,
            clientID: draft.sender == nil ? nil : draft.clientID, sender: draft.sender,
            conversation: draft.conversation, seq: seq, moment: moment)
        if let commitment = draft.commitment { put(commitment) }
        var end = 0
        for (copy, number) in zip(draft.copies, numbers) {
            end += copy.body.count
            put(copy.recipient)
            put(UInt32(0))
            put(number.rawValue)
            put(UInt64(end))
        }
        for copy in draft.copies { put(copy.body) }
        return sealed(row)
    }

    /// The record of a conversation's entry. Valid until the next record is written.
    mutating func record(
        _ draft: EntryDraft, row: Int64, at moment: Moment, seq: SequenceNumber
    ) -> UnsafeRawBufferPointer {
        var writer = WireWriter(form: .cbor)
        draft.event.write(to: &writer)
        reserve(LogRecord.headByteCount + writer.bytes.count)
        var flags: LogRecord.Flags = [.sender, .conversation]
        if draft.clientID != nil { flags.insert(.clientID) }
        head(
            form: .entry, flags: flags, kind: 0, copyCount: 0, time: draft.time, clientID: draft.clientID,
            sender: draft.sender, conversation: draft.conversation, seq: seq, moment: moment)
        put(writer.bytes)
        return sealed(row)
    }

    private mutating func head(
        form: LogRecord.Form, flags: LogRecord.Flags, kind: UInt8, copyCount: Int, time: Timestamp,
        clientID: ClientID?, sender: DeviceAddress?, conversation: ConversationID?, seq: SequenceNumber?,
        moment: Moment
    ) {
        offset = 8
        put(form.rawValue)
        put(flags.rawValue)
        put(kind)
        put(UInt8(0))
        put(UInt32(copyCount))
        put(time.milliseconds)
        put(clientID?.bytes ?? SixteenBytes(high: 0, low: 0))
        put(sender ?? DeviceAddress(account: AccountID(bytes: SixteenBytes(high: 0, low: 0)), device: DeviceID(0)))
        put(conversation?.bytes ?? SixteenBytes(high: 0, low: 0))
        put(seq?.rawValue ?? 0)
        put(moment.number)
        put(moment.chain)
    }

    private func sealed(_ row: Int64) -> UnsafeRawBufferPointer {
        let digest = RowDigest.of(UnsafeRawBufferPointer(rebasing: buffer[8..<offset]), row: row)
        buffer.storeBytes(of: digest.littleEndian, as: UInt64.self)
        return UnsafeRawBufferPointer(rebasing: buffer[..<offset])
    }

    private mutating func reserve(_ byteCount: Int) {
        guard byteCount > buffer.count else { return }
        buffer.deallocate()
        buffer = .allocate(byteCount: byteCount.nextPowerOfTwo, alignment: 16)
    }

    private mutating func put<T: FixedWidthInteger>(_ value: T) {
        buffer.storeBytes(of: value.littleEndian, toByteOffset: offset, as: T.self)
        offset += MemoryLayout<T>.size
    }

    private mutating func put(_ value: SixteenBytes) {
        put(value.high)
        put(value.low)
    }

    private mutating func put(_ value: DeviceAddress) {
        put(value.account.bytes)
        put(value.device.rawValue)
    }

    private mutating func put(_ bytes: [UInt8]) {
        buffer[offset...].copyBytes(from: bytes)
        offset += bytes.count
    }
}

extension Int {
    fileprivate var nextPowerOfTwo: Int { self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
