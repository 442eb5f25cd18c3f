import Wire

/// What came and this version does not know, kept as it came: a later one opens it.
///
/// A frame that holds an envelope of an unknown kind is acknowledged once it is here.
typealias KeptFrame = WireValue

extension StoreShelf where Value == KeptFrame { static var keptFrames: Self { .init(.keptFrames, .keptFrame) } }
extension StoreKey where Value == KeptFrame {
    static func keptFrame(_ number: QueueNumber) -> Self { StoreShelf.keptFrames.key(number.rawValue) }
}

/// The plaintext of a message that opened, and says what this version does not know: the session has moved on, so it
/// cannot be opened again.
struct KeptContent: WireRecord, Equatable {
    /// Without its place in the queue, and without its body, which was opened: what says when it came and from whom,
    /// and what a report shows.
    var envelope: Envelope
    var plaintext: [UInt8]
    var isSenderHidden: Bool

    init(_ envelope: Envelope, _ plaintext: [UInt8], isSenderHidden: Bool) {
        self.envelope = envelope
        self.envelope.number = nil
        // One byte, since no envelope has none.
        self.envelope.body = [0]
        self.plaintext = plaintext
        self.isSenderHidden = isSenderHidden
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        envelope = try fields.value("envelope", \.envelope)
        plaintext = try fields.bytes("plaintext", \.plaintext, count: 0...Limits.sealedBodyByteCountMax)
        isSenderHidden = try fields.flag("senderHidden", \.isSenderHidden)
    }
}

extension StoreShelf where Value == KeptContent { static var keptContents: Self { .init(.proofs, .keptContent) } }
extension StoreKey where Value == KeptContent {
    /// Of the unreadable line that stands there.
    static func keptContent(_ place: LinePlace) -> Self { StoreShelf.keptContents.key(place.text) }
}

/// Which program has tried to open all that is kept: it does not try the same again at each connect.
struct KeptTries: WireRecord, Equatable {
    /// Its version, and how much it knows of what may be kept.
    private var program: String

    /// Of this program.
    static let here = KeptTries()

    private init() {
        program = "\(Release.version)/\(EnvelopeKind.allCases.count)/\(MessageContent.Kind.allCases.count)"
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        program = try fields.text("program", \.program, length: 1...100)
    }
}

extension StoreKey where Value == KeptTries { static var keptTries: Self { .init(.keptFrames, .keptTries) } }
