import Crypto
import Testing
import Wire

@testable import Keys

@Suite struct SafetyNumberTests {
    /// The published values of libsignal's numeric fingerprint: its names are telephone numbers, its keys one curve.
    private static let aliceKey = Hex.decode("0506863bc66d02b40d27b8d49ca7c09e9239236f9d7d25d6fcca5ce13c7064d868")
    private static let bobKey = Hex.decode("05f781b6fb32fed9ba1cf2de978d4d5da28dc34046ae814402b5c0dbd96fda907b")

    @Test("the construction gives the digits that Signal publishes for its keys, from both sides")
    func published() {
        let alice = SafetyNumber(
            localName: Array("+14152222222".utf8), localKey: Self.aliceKey,
            remoteName: Array("+14153333333".utf8), remoteKey: Self.bobKey)
        let bob = SafetyNumber(
            localName: Array("+14153333333".utf8), localKey: Self.bobKey,
            remoteName: Array("+14152222222".utf8), remoteKey: Self.aliceKey)
        #expect(alice.digits == "300354477692869396892869876765458257569162576843440918079131")
        #expect(bob.digits == alice.digits)
        #expect(Array(alice.payload[1..<33])
            == Hex.decode("1e301a0353dce3dbe7684cb8336e85136cdc0ee96219494ada305d62a7bd61df"))
        #expect(Array(alice.payload[33...])
            == Hex.decode("d62cbf73a11592015b6b9f1682ac306fea3aaf3885b84d12bca631e9d4fb3a4d"))
    }

    @Test("each side's code matches the other's and no third one's")
    func scanning() {
        let alice = AccountIdentity()
        let bob = AccountIdentity()
        let mallory = AccountIdentity()
        let aliceAccount = AccountID.random()
        let bobAccount = AccountID.random()
        func number(_ local: AccountID, _ localKey: AccountIdentityKey, _ remote: AccountID, _ key: AccountIdentityKey)
            -> SafetyNumber {
            SafetyNumber(localAccount: local, localIdentity: localKey, remoteAccount: remote, remoteIdentity: key)
        }
        let atAlice = number(aliceAccount, alice.publicKeys, bobAccount, bob.publicKeys)
        let atBob = number(bobAccount, bob.publicKeys, aliceAccount, alice.publicKeys)
        let attacked = number(bobAccount, bob.publicKeys, aliceAccount, mallory.publicKeys)
        #expect(atAlice.matches(scanned: atBob.payload))
        #expect(atBob.matches(scanned: atAlice.payload))
        #expect(!atAlice.matches(scanned: attacked.payload))
        #expect(!atAlice.matches(scanned: atAlice.payload))
        #expect(!atAlice.matches(scanned: []))
        #expect(atAlice.digits != attacked.digits)
        #expect(atAlice.groups.count == 12 && atAlice.groups.joined() == atAlice.digits)
    }
}

/// Hexadecimal text for expected values in tests.
enum Hex {
    static func decode(_ text: String) -> [UInt8] {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
