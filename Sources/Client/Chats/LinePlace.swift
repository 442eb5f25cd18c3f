import Wire

/// Where a line stands in the store: its chat, and its number there. A chat's lines are in the order of their numbers.
///
/// Numbers begin with 1 and are never given twice. Outlives what the line said.
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

    /// A name for the line that stands there.
    var id: LineID { LineID(chat, number: number) }

    /// As a name in the store.
    var text: String { "\(chat)/\(number)" }

    /// `nil` unless `text` is what ``text`` gives.
    init?(text: some StringProtocol) {
        let parts = text.split(separator: "/")
        guard parts.count == 2, let chat = ChatID(text: parts[0]), let number = UInt64(parts[1]) else { return nil }
        self.init(chat, number)
    }
}
