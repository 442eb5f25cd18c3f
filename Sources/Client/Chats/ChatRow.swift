import Wire

/// One chat as it is written: what a list of thousands wants of each, and the rest, read where a chat is shown.
///
/// In CBOR a string of bytes, numbers big-endian:
///
/// | size | field |
/// |---|---|
/// | 17 | name, as ``ChatID/bytes`` |
/// | 8 | activity, milliseconds since 1970 |
/// | 1 | size *h* of the handle, zero for none |
/// | *h* | handle |
/// | | the rest: ``StoredChat/Rest`` in CBOR, in which a later version may write more |
struct ChatRow: WireType, Equatable {
    private static let headByteCount = 26

    let id: ChatID
    let activity: Timestamp
    let handle: Handle?
    private let bytes: [UInt8]
    private let restStart: Int

    init(_ chat: StoredChat) {
        id = chat.id
        activity = chat.activity
        handle = chat.handle
        let handle = Array((chat.handle?.text ?? "").utf8)
        restStart = Self.headByteCount + handle.count
        bytes = chat.id.bytes + chat.activity.milliseconds.bigEndianBytes + [UInt8(handle.count)] + handle
            + chat.rest.encoded(as: .cbor)
    }

    init(wire value: WireValue, in context: WireContext) throws(WireError) {
        guard case .bytes(let bytes) = value, bytes.count >= Self.headByteCount else { throw Self.malformed }
        let handleByteCount = Int(bytes[Self.headByteCount - 1])
        restStart = Self.headByteCount + handleByteCount
        guard restStart <= bytes.count, let id = ChatID(bytes: bytes[..<17]) else { throw Self.malformed }
        self.id = id
        activity = Timestamp(
            milliseconds: bytes.withUnsafeBytes {
                UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 17, as: UInt64.self))
            })
        if handleByteCount == 0 {
            handle = nil
        } else {
            handle = Handle(text: String(decoding: bytes[Self.headByteCount..<restStart], as: UTF8.self))
            guard handle != nil else { throw Self.malformed }
        }
        self.bytes = bytes
    }

    private static var malformed: WireError { WireError(.outOfBounds("must be a row of a chat")) }

    /// What is read where a chat is shown.
    var rest: ArraySlice<UInt8> { bytes[restStart...] }

    /// The rest, read; `nil` for what a later version has written.
    var detail: StoredChat.Rest? {
        try? StoredChat.Rest.decode(Array(rest), in: WireContext(form: .cbor, refusesUnknownFields: false))
    }

    func write(to writer: inout WireWriter) { writer.write(bytes: bytes) }

    static var schema: Schema { .any }
    static var sample: ChatRow { ChatRow(.sample) }
}
