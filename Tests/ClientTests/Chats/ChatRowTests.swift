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

    @Test("what a later version adds to the rest is passed over, and a rest that it alone can read shows nothing")
    func later() throws {
        let chat = stored()
        func written(_ id: ChatID, _ handle: [UInt8], _ rest: [UInt8]) -> [UInt8] {
            let head = id.bytes + chat.activity.milliseconds.bigEndianBytes + [UInt8(handle.count)] + handle
            return WireValue.bytes(head + rest).encoded(as: .cbor)
        }
        guard case .map(var entries) = try WireValue.parse(chat.rest.encoded(as: .cbor), as: .cbor) else {
            Issue.record("the rest is a record")
            return
        }
        entries.append(.init(key: "more", value: .text("more")))
        let longer = WireValue.map(entries).encoded(as: .cbor)
        let read = try StoredChat.decode(written(chat.id, [], longer), in: Self.context)
        #expect(read.rest == chat.rest && read.handle == nil)
        let shown = Chat(try ChatRow.decode(written(chat.id, [], [0xFF]), in: Self.context), own: .sample)
        #expect(shown.id == chat.id && shown.last == nil && shown.name == nil && shown.mode == .sealed)
        // What nobody can read here is never called sealed where the server may read it.
        let town = ChatID.conversation(.random())
        let unknown = Chat(try ChatRow.decode(written(town, [], [0xFF]), in: Self.context), own: .sample)
        #expect(unknown.mode == .open && unknown.kind == .later && !unknown.isFollowed)
        #expect(throws: WireError.self) { try StoredChat.decode(written(chat.id, [], [0xFF]), in: Self.context) }
        #expect(throws: WireError.self) {
            try ChatRow.decode(written(chat.id, Array("No Handle".utf8), []), in: Self.context)
        }
    }

    @Test("a row that is cut short is none, and neither is anything else")
    func malformed() throws {
        let chat = stored()
        guard case .bytes(let bytes) = try WireValue.parse(chat.encoded(as: .cbor), as: .cbor) else {
            Issue.record("a row is bytes")
            return
        }
        let headByteCount = 26 + "bobby".utf8.count
        for count in 0..<headByteCount {
            let cut = WireValue.bytes(Array(bytes[..<count])).encoded(as: .cbor)
            #expect(throws: WireError.self) { try ChatRow.decode(cut, in: Self.context) }
        }
        let noName = WireValue.bytes([0] + bytes.dropFirst()).encoded(as: .cbor)
        #expect(throws: WireError.self) { try ChatRow.decode(noName, in: Self.context) }
        for other in [WireValue.list([]), .map([]), .null] {
            #expect(throws: WireError.self) { try ChatRow.decode(other.encoded(as: .cbor), in: Self.context) }
        }
    }
}
