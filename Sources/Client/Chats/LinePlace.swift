import Wire

/// Where a line stands in the store: its chat, and its number there. A chat's lines are in the order of their numbers.
///
/// Numbers begin with 1 and are never given twice. Outlives what the line said. Of an open conversation they are the
/// seqs of its log; what waits to be posted stands behind every seq.
struct LinePlace: WireRecord, Hashable {
    var chat: ChatID
    var number: UInt64

    init(_ chat: ChatID, _ number: UInt64) {
        self.chat = chat
        self.number = number
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        chat = try fields.value("chat", \.chat)
        number = try fields.number("number", \.number)
    }

    /// What waits to be posted stands from here on: behind every seq, and a number that JSON has without loss.
    static let firstWaiting: UInt64 = 1 << 52

    /// Whether what stands there waits to be posted.
    var isWaiting: Bool {
        guard case .conversation = chat else { return false }
        return number >= Self.firstWaiting
    }

    /// As a name in the store.
    var text: String { "\(chat)/\(number)" }

    /// `nil` unless `text` is what ``text`` gives.
    init?(text: some StringProtocol) {
        let parts = text.split(separator: "/")
        guard parts.count == 2, let chat = ChatID(text: parts[0]), let number = UInt64(parts[1]) else { return nil }
        self.init(chat, number)
    }
}
