package import Crypto
package import Wire

/// Why a text is not a recovery key. Says nothing of the key.
public enum RecoveryKeyError: Error, Equatable, Sendable {
    /// Not 56 letters and digits, spaces and hyphens aside.
    case wrongLength
    /// A character that stands in no key.
    case unknownCharacter
    /// A character was copied wrongly.
    case badChecksum
}

/// Opens the backup of an account: 32 random bytes that live on paper (docs/protocol/recovery.md, "Recovery key").
package struct RecoveryKey: ~Copyable, Sendable {
    /// Bytes of the key itself.
    package static let byteCount = 32
    static let checksumByteCount = 3
    private let secret: SecretBytes

    /// A new key from the system's random source.
    package init() { secret = .random(byteCount: Self.byteCount) }

    /// What ``exportForSealedStore()`` gave.
    /// - Throws: ``LengthError`` unless there are 32 bytes.
    package init(fromSealedStore secret: consuming SecretBytes) throws(LengthError) {
        guard secret.byteCount == Self.byteCount else {
            throw LengthError(expectedByteCount: Self.byteCount, byteCount: secret.byteCount)
        }
        self.secret = secret
    }

    /// What somebody typed: small letters, spaces and hyphens are fine, and so are O for 0 and I or L for 1.
    /// - Throws: ``RecoveryKeyError``.
    package init(text: some StringProtocol) throws(RecoveryKeyError) {
        let bytes = try Base32.decode(text, byteCount: Self.byteCount + Self.checksumByteCount)
        let key = SecretBytes(copying: bytes[..<Self.byteCount])
        guard ConstantTime.equal(Self.checksum(of: key), Array(bytes[Self.byteCount...])) else { throw .badChecksum }
        secret = key
    }

    /// The key for people: 14 groups of four characters, with spaces between. Whoever reads it has the account.
    package var text: String {
        let characters = Base32.encode(secret.exportUnprotected() + Self.checksum(of: secret))
        return stride(from: 0, to: characters.count, by: 4)
            .map { String(decoding: characters[$0..<min($0 + 4, characters.count)], as: UTF8.self) }
            .joined(separator: " ")
    }

    /// The 32 bytes, for a store sealed on the device.
    package borrowing func exportForSealedStore() -> SecretBytes { secret.duplicate() }

    /// Names the backup at the server.
    package var backupID: BackupID {
        guard let id = BackupID(derive("Sotto backup id v1", 16).exportUnprotected()) else {
            preconditionFailure("sixteen bytes were asked for")
        }
        return id
    }

    /// Fetches the backup without a login: 32 bytes.
    package var backupToken: BackupToken { BackupToken(derive("Sotto backup token v1", 32)) }

    /// The key that seals one backup.
    func sealingKey(salt: [UInt8]) -> SecretBytes {
        HKDF.derive(.sha256, salt: salt, input: secret, info: Array("Sotto backup seal v1".utf8), byteCount: 32)
    }

    private func derive(_ info: String, _ byteCount: Int) -> SecretBytes {
        HKDF.derive(.sha256, salt: [], input: secret, info: Array(info.utf8), byteCount: byteCount)
    }

    private static func checksum(of key: borrowing SecretBytes) -> [UInt8] {
        let context = Array("Sotto recovery key v1".utf8) + [0]
        return Array(SHA256.hash(context + key.exportUnprotected()).prefix(checksumByteCount))
    }
}

/// What a backup is fetched with.
package struct BackupToken: ~Copyable, Sendable {
    private let secret: SecretBytes

    init(_ secret: consuming SecretBytes) { self.secret = secret }

    /// As the header `Backup-Token` carries it: 43 characters of base64url.
    package var text: String { Base64URL.encode(secret.exportUnprotected()) }

    /// What the server keeps of it: SHA-256, 32 bytes.
    package var hash: [UInt8] { SHA256.hash(secret.exportUnprotected()) }
}
