import Testing

@testable import Wire

@Suite struct IdentifiersTests {
    @Test("sixteen bytes keep their order, in bytes and in text")
    func sixteen() throws {
        let bytes = hex("000102030405060708090a0b0c0d0e0f")
        let id = try #require(AccountID(bytes))
        #expect(id.bytes == SixteenBytes(high: 0x0001_0203_0405_0607, low: 0x0809_0A0B_0C0D_0E0F))
        #expect(id.bytes.array == bytes)
        #expect(id.description == "AAECAwQFBgcICQoLDA0ODw")
        #expect(AccountID(text: id.description) == id)
    }

    @Test("another count of bytes is no identifier", arguments: [0, 1, 15, 17, 32])
    func otherCounts(count: Int) {
        #expect(ClientID([UInt8](repeating: 0, count: count)) == nil)
        #expect(ClientID(text: Base64URL.encode([UInt8](repeating: 0, count: count))) == nil)
    }

    @Test("an identifier has one text", arguments: [
        "AAECAwQFBgcICQoLDA0ODx", "AAECAwQFBgcICQoLDA0ODw==", "AAECAwQFBgcICQoLDA0OD", " AAECAwQFBgcICQoLDA0ODw",
    ])
    func oneText(text: String) {
        #expect(AccountID(text: text) == nil)
    }

    @Test("random identifiers differ and read back")
    func random() {
        let ids = (0..<1000).map { _ in ConversationID.random() }
        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { ConversationID(text: $0.description) == $0 && ConversationID($0.bytes.array) == $0 })
    }

    @Test("a message id has one text: digits, no sign, no zero in front")
    func messageID() {
        #expect(MessageID(text: "0") == MessageID(0))
        #expect(MessageID(text: "18446744073709551615") == MessageID(.max))
        for text in ["", "+1", "-1", "01", "1 ", "1.0", "1e3", "18446744073709551616", "１"] {
            #expect(MessageID(text: text) == nil, "\(text)")
        }
    }

    @Test("a registration id has 14 bits and is not zero")
    func registrationID() {
        #expect(RegistrationID(0) == nil && RegistrationID(16_384) == nil && RegistrationID(.max) == nil)
        #expect(RegistrationID(1)?.rawValue == 1 && RegistrationID(16_383)?.rawValue == 16_383)
        #expect(throws: WireError(.outOfBounds("must be from 1 to 16383"))) {
            try RegistrationID(wire: .unsigned(1 << 32 + 1), in: .server(.cbor))
        }
    }

    @Test("numbers beyond what JavaScript counts exactly are refused")
    func sequenceNumbers() throws {
        #expect(try SequenceNumber(wire: .unsigned(1 << 53), in: .server(.cbor)) == SequenceNumber(1 << 53))
        #expect(throws: WireError.self) { try SequenceNumber(wire: .unsigned(1 << 53 + 1), in: .server(.cbor)) }
        #expect(throws: WireError.self) { try QueueNumber(wire: .unsigned(.max), in: .server(.cbor)) }
        #expect(throws: WireError.self) { try DeviceID(wire: .unsigned(1 << 32), in: .server(.cbor)) }
        #expect(throws: WireError.self) { try DeviceID(wire: .unsigned(0), in: .server(.cbor)) }
    }

    @Test("numbered things sort by their number")
    func order() {
        #expect(DeviceID(2) < DeviceID(10) && MessageID(2) < MessageID(10))
        #expect(SequenceNumber(2) < SequenceNumber(10) && QueueNumber(2) < QueueNumber(10))
        #expect(Role.member < .admin && Role.admin < .owner)
    }

    @Test("handles that keep to the rule", arguments: [
        "abc", "a.b", "a--", "z_9", String(repeating: "a", count: 32),
    ])
    func handles(text: String) {
        #expect(Handle(text: text)?.text == text)
    }

    @Test("handles that do not", arguments: [
        "", "ab", "1ab", ".ab", "-ab", "_ab", "Abc", "abC", "a b", "ab\u{E9}", "ab\u{430}", "abc\n", "ab/", "a@b",
        String(repeating: "a", count: 33), "ab\0",
    ])
    func notHandles(text: String) {
        #expect(Handle(text: text) == nil)
    }

    @Test("names of emoji", arguments: ["ab", "+1", "-1", "__", "a-b_c+9", String(repeating: "z", count: 32)])
    func emojiNames(text: String) {
        #expect(EmojiName(text: text)?.text == text)
    }

    @Test("names that are none of an emoji", arguments: [
        "", "a", "A1", "a b", ":a:", "a.b", "\u{E4}\u{E4}", "ab\n", "ab\0", String(repeating: "z", count: 33),
    ])
    func notEmojiNames(text: String) {
        #expect(EmojiName(text: text) == nil)
    }
}
