import Testing
import Wire

@testable import Client

/// Mirrors `ChatRow`, `StoredChat`, `Chat`.
@Suite("Rows of chats") struct ChatRowTests {
    private static let context = WireContext(form: .cbor, refusesUnknownFields: false)

    private func stored() -> StoredChat {
        var chat = StoredChat(.person(.random()), activity: Timestamp(milliseconds: 1_700_000_000_123))
        chat.handle = Handle(text: "bobby")
        var line = StoredLine(author: .sample, device: DeviceID(2))
        line.text = "hello"
        (chat.nextNumber, chat.last, chat.lastNumber) = (8, line, 7)
        return chat
    }

    @Test("a chat reads as it is written, whole and as far as a list wants it")
    func whole() throws {
        let chat = stored()
        let bytes = chat.encoded(as: .cbor)
        #expect(try StoredChat.decode(bytes, in: Self.context) == chat)
        let row = try ChatRow.decode(bytes, in: Self.context)
        #expect(row.id == chat.id && row.handle == chat.handle && row.activity == chat.activity)
        #expect(row.detail == chat.rest && row.encoded(as: .cbor) == bytes)
        let shown = Chat(row, own: .sample)
        #expect(shown.id == chat.id && shown.mode == .sealed && shown.kind == .dm && shown.isFollowed)
        #expect(shown.last?.text == "hello" && shown.last?.number == 7)
        #expect(shown.activity == chat.activity.date)
    }

    @Test("chats are equal where all that is shown of them is")
    func equality() {
        var chat = stored()
        let first = Chat(ChatRow(chat), own: .sample)
        #expect(first == Chat(ChatRow(chat), own: .sample))
        // Read or not.
        #expect(first.last != nil && first == Chat(ChatRow(chat), own: .sample))
        chat.lastNumber = 6
        #expect(first != Chat(ChatRow(chat), own: .sample))
        #expect(first != Chat(ChatRow(stored()), own: .sample))
    }

    @Test("what a later version adds behind is passed over, and a rest that it alone can read shows nothing")
    func later() throws {
        let chat = stored()
        let row = ChatRow(chat)
        func written(_ rest: [UInt8], _ more: [WireValue]) -> [UInt8] {
            let items: [WireValue] = [
                .bytes(row.id.bytes), .unsigned(row.activity.milliseconds), .null, .bytes(rest),
            ]
            return WireValue.list(items + more).encoded(as: .cbor)
        }
        let longer = try StoredChat.decode(written(row.rest, [.text("more"), .null]), in: Self.context)
        #expect(longer.rest == chat.rest && longer.handle == nil)
        let later = try ChatRow.decode(written([0xFF], []), in: Self.context)
        let shown = Chat(later, own: .sample)
        #expect(shown.id == chat.id && shown.last == nil && shown.name == nil && shown.mode == .sealed)
        // What nobody can read here is never called sealed where the server may read it.
        let town = ChatID.conversation(.random())
        let items: [WireValue] = [.bytes(town.bytes), .unsigned(1), .null, .bytes([0xFF])]
        let unknown = Chat(
            try ChatRow.decode(WireValue.list(items).encoded(as: .cbor), in: Self.context), own: .sample)
        #expect(unknown.mode == .open && unknown.kind == .later && !unknown.isFollowed)
        #expect(throws: WireError.self) { try StoredChat.decode(written([0xFF], []), in: Self.context) }
        for bytes in [WireValue.list([]), .map([]), .list([.null, .null, .null, .null])] {
            #expect(throws: WireError.self) { try ChatRow.decode(bytes.encoded(as: .cbor), in: Self.context) }
        }
    }
}
