import Wire

/// What came and this version does not know, kept as it came: a later one opens it.
///
/// A frame that holds an envelope of an unknown kind is acknowledged once it is here.
typealias KeptFrame = WireValue

extension StoreKey where Value == KeptFrame {
    static var keptFramePrefix: String { "kept-frame/" }
    static func keptFrame(_ number: QueueNumber) -> Self {
        .init(keptFramePrefix + OrderedNumber.text(number.rawValue))
    }
}

/// The plaintext of a message that opened, and says what this version does not know: the session has moved on, so it
/// cannot be opened again.
struct KeptContent: WireRecord, Equatable {
    /// Without its place in the queue.
    var envelope: Envelope
    var plaintext: [UInt8]
    var isSenderHidden: Bool

    init(_ envelope: Envelope, _ plaintext: [UInt8], isSenderHidden: Bool) {
        self.envelope = envelope
        self.envelope.number = nil
        self.plaintext = plaintext
        self.isSenderHidden = isSenderHidden
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        envelope = try fields.value("envelope", \.envelope)
        plaintext = try fields.bytes("plaintext", \.plaintext, count: 0...Limits.sealedBodyByteCountMax)
        isSenderHidden = try fields.flag("senderHidden", \.isSenderHidden)
    }
}

extension StoreKey where Value == KeptContent {
    static var keptContentPrefix: String { "kept-content/" }
    /// Of the unreadable line with that index.
    static func keptContent(_ index: UInt64) -> Self { .init(keptContentPrefix + OrderedNumber.text(index)) }
    /// The line in such a key.
    static func keptContentIndex(_ name: String) -> UInt64? { UInt64(name.dropFirst(keptContentPrefix.count)) }
}
