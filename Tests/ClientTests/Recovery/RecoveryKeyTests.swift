import Crypto
import Testing
import Wire

@testable import Client

@Suite("Recovery keys")
struct RecoveryKeyTests {
    /// The key 00 01 … 1F, worked out by another program from docs/protocol/recovery.md.
    private static let text = "000G 40R4 0M30 E209 185G R38E 1W81 24GK 2GAH C5RR 34D1 P70X 3RFH 77N6"

    @Test("a key has the text, the id and the token that the page defines")
    func knownAnswer() throws {
        let key = try RecoveryKey(fromSealedStore: SecretBytes(copying: (0..<32).map { UInt8($0) }))
        #expect(key.text == Self.text)
        #expect(key.backupID.description == "sXielazBrp1gkN1y0q8Iow")
        #expect(key.backupToken.text == "Jow0GsxawW5CoigQsBLsJ19qMBH9XLsQ5sSVuI0mHIM")
        #expect(key.backupToken.hash.prefix(4) == [0x20, 0x67, 0x69, 0x10])
    }

    @Test("what people make of the text is read: small letters, O for 0, I and L for 1, any spacing")
    func lenient() throws {
        let written = [
            Self.text.lowercased(), Self.text.replacing(" ", with: "-"), Self.text.replacing(" ", with: ""),
            Self.text.replacing("0", with: "O").replacing("1", with: "l"),
            Self.text.replacing("0", with: "o").replacing("1", with: "I"), "  \(Self.text)\r\n\t",
        ]
        for text in written { #expect(try RecoveryKey(text: text).text == Self.text) }
        let key = RecoveryKey()
        #expect(try RecoveryKey(text: key.text).backupID == key.backupID)
        #expect(RecoveryKey().backupID != key.backupID)
    }

    @Test("any one character copied wrongly is found")
    func miscopied() {
        let characters = Array(Self.text)
        for index in characters.indices where characters[index] != " " {
            for other in "0123456789ABCDEFGHJKMNPQRSTVWXYZ" where other != characters[index] {
                var copied = characters
                copied[index] = other
                #expect(throws: RecoveryKeyError.badChecksum) { _ = try RecoveryKey(text: String(copied)) }
            }
        }
    }

    @Test("two neighbours that changed places are found")
    func swapped() {
        let characters = Array(Self.text.replacing(" ", with: ""))
        for index in 1..<characters.count where characters[index] != characters[index - 1] {
            var copied = characters
            copied.swapAt(index, index - 1)
            #expect(throws: RecoveryKeyError.badChecksum) { _ = try RecoveryKey(text: String(copied)) }
        }
    }

    @Test("what is no key is refused for what it is")
    func noKey() {
        #expect(throws: RecoveryKeyError.wrongLength) { _ = try RecoveryKey(text: "") }
        #expect(throws: RecoveryKeyError.wrongLength) { _ = try RecoveryKey(text: Self.text.dropLast()) }
        #expect(throws: RecoveryKeyError.wrongLength) { _ = try RecoveryKey(text: Self.text + "0") }
        let endless = String(repeating: "0", count: 1 << 20)
        #expect(throws: RecoveryKeyError.wrongLength) { _ = try RecoveryKey(text: endless) }
        for stranger in ["U", "u", "!", "é", "\u{0}", "０"] {
            let text = stranger + Self.text.dropFirst()
            #expect(throws: RecoveryKeyError.unknownCharacter) { _ = try RecoveryKey(text: text) }
        }
        #expect(throws: LengthError.self) { _ = try RecoveryKey(fromSealedStore: SecretBytes(copying: [1, 2, 3])) }
    }
}
