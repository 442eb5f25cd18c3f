import Crypto
public import Wire

/// Sixty digits that two people compare to know that no one stands between them; and the same as a QR code.
///
/// Each side's half is 5,200 rounds of SHA-512, so that half a number cannot be matched by trying keys:
///
/// | round | hashed |
/// |---|---|
/// | 1 | two zero bytes, identity key, name, identity key |
/// | 2…5,200 | the digest before, identity key |
///
/// The identity key is the account's 64 bytes, the name its 16. Of the digest the first 30 bytes make six groups of
/// five digits: five bytes, big-endian, modulo 100,000. The lower half (by its text) stands first.
///
/// QR payload: version 1 (one byte), then the first 32 bytes of the shower's digest, then 32 of the other's.
///
/// The rounds, the grouping and the order are those of Signal's numeric fingerprint.
public struct SafetyNumber: Hashable, Sendable {
    /// Rounds of SHA-512.
    public static let iterationCount = 5_200
    static let payloadVersion: UInt8 = 1

    /// The sixty digits, without spaces.
    public let digits: String
    /// What the local side shows as a QR code, 65 bytes.
    public let payload: [UInt8]

    /// The number between two accounts; both sides get the same digits.
    public init(
        localAccount: AccountID, localIdentity: AccountIdentityKey,
        remoteAccount: AccountID, remoteIdentity: AccountIdentityKey
    ) {
        self.init(
            localName: localAccount.bytes.array, localKey: localIdentity.bytes,
            remoteName: remoteAccount.bytes.array, remoteKey: remoteIdentity.bytes)
    }

    init(localName: [UInt8], localKey: [UInt8], remoteName: [UInt8], remoteKey: [UInt8]) {
        let local = Self.fingerprint(key: localKey, name: localName)
        let remote = Self.fingerprint(key: remoteKey, name: remoteName)
        let localDigits = Self.digits(of: local)
        let remoteDigits = Self.digits(of: remote)
        digits = localDigits < remoteDigits ? localDigits + remoteDigits : remoteDigits + localDigits
        payload = [Self.payloadVersion] + local.prefix(32) + remote.prefix(32)
    }

    /// The digits in twelve groups of five, for a screen.
    public var groups: [String] {
        stride(from: 0, to: 60, by: 5).map { String(digits.dropFirst($0).prefix(5)) }
    }

    /// Whether a code scanned from the other side's screen says the same from there.
    public func matches(scanned: [UInt8]) -> Bool {
        ConstantTime.equal(scanned, [Self.payloadVersion] + payload.dropFirst(33) + payload.dropFirst(1).prefix(32))
    }

    private static func fingerprint(key: [UInt8], name: [UInt8]) -> [UInt8] {
        var digest = SHA512.hash([0, 0] + key + name + key)
        for _ in 1..<iterationCount { digest = SHA512.hash(digest + key) }
        return digest
    }

    private static func digits(of fingerprint: [UInt8]) -> String {
        stride(from: 0, to: 30, by: 5).map { start in
            let value = fingerprint[start..<(start + 5)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % 100_000
            let text = String(value)
            return String(repeating: "0", count: 5 - text.count) + text
        }.joined()
    }
}
