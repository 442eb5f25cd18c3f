import Wire

/// One chat as it is written: what a list of thousands wants of each, and the rest, read where a chat is shown.
///
/// In CBOR a list of name, activity in milliseconds, handle or null, and the rest as bytes (``StoredChat/Rest``); a
/// later version may add behind that.
struct ChatRow: WireType, Equatable {
    let id: ChatID
    let activity: Timestamp
    let handle: Handle?
    let rest: [UInt8]

    init(_ chat: StoredChat) {
        id = chat.id
        activity = chat.activity
        handle = chat.handle
        rest = chat.rest.encoded(as: .cbor)
    }

    init(wire value: WireValue, in context: WireContext) throws(WireError) {
        guard case .list(let items) = value, items.count >= 4, case .unsigned(let activity) = items[1],
            case .bytes(let rest) = items[3]
        else { throw WireError(.outOfBounds("must be a row of a chat")) }
        id = try ChatID(wire: items[0], in: context)
        self.activity = Timestamp(milliseconds: activity)
        if case .null = items[2] { handle = nil } else { handle = try Handle(wire: items[2], in: context) }
        self.rest = rest
    }

    /// The rest, read; `nil` for what a later version has written.
    var detail: StoredChat.Rest? {
        try? StoredChat.Rest.decode(rest, in: WireContext(form: .cbor, refusesUnknownFields: false))
    }

    func write(to writer: inout WireWriter) {
        let name = handle.map { WireValue.text($0.text) } ?? .null
        writer.write(list: [WireValue.bytes(id.bytes), .unsigned(activity.milliseconds), name, .bytes(rest)])
    }

    static var schema: Schema { .any }
    static var sample: ChatRow { ChatRow(.sample) }
}
