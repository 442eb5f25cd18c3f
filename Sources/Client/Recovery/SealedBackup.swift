import Crypto
import Wire

/// Why a backup cannot be used.
public enum BackupError: Error, Equatable, Sendable {
    /// Longer than ``SealedBackup/contentByteCountMax``.
    case tooLarge
    /// Of a later version, or no backup at all.
    case unreadable
    /// Not sealed by this recovery key, or changed since.
    case notAuthentic
}

/// A backup as the server keeps it (docs/protocol/recovery.md, "Backup").
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 1 | version, 1 |
/// | 1 | 32 | salt |
/// | 33 | *n* + 16 | content, padded, sealed with ChaCha20-Poly1305 |
package enum SealedBackup {
    static let version: UInt8 = 1
    static let headByteCount = 33
    /// The most bytes of content whose padded and sealed form fits ``Limits/backupByteCountMax``.
    package static let contentByteCountMax = 7 << 18

    /// Seals `content` under a fresh salt.
    /// - Throws: ``BackupError/tooLarge``.
    package static func seal(_ content: [UInt8], with key: borrowing RecoveryKey) throws(BackupError) -> [UInt8] {
        try seal(content, with: key, salt: RandomBytes.make(byteCount: 32))
    }

    /// With a salt of the caller's: for recorded vectors alone, since a salt seals once.
    static func seal(
        _ content: [UInt8], with key: borrowing RecoveryKey, salt: [UInt8]
    ) throws(BackupError) -> [UInt8] {
        guard content.count < contentByteCountMax else { throw .tooLarge }
        let head = [version] + salt
        let sealed = ChaCha20Poly1305.seal(
            Padding.pad(content), key: try sealingKey(key, salt), nonce: .zero, binding: binding(key.backupID, head))
        return head + sealed
    }

    /// The content of a backup.
    /// - Throws: ``BackupError/unreadable``; ``BackupError/notAuthentic``.
    package static func open(_ blob: [UInt8], with key: borrowing RecoveryKey) throws(BackupError) -> [UInt8] {
        guard blob.first == version, blob.count > headByteCount, blob.count <= Limits.backupByteCountMax else {
            throw .unreadable
        }
        let head = Array(blob[..<headByteCount])
        let padded: [UInt8]
        do {
            padded = try ChaCha20Poly1305.open(
                Array(blob[headByteCount...]), key: try sealingKey(key, Array(head[1...])), nonce: .zero,
                binding: binding(key.backupID, head))
        } catch is AuthenticationFailure {
            throw .notAuthentic
        } catch {
            throw .unreadable
        }
        guard let content = Padding.unpad(padded) else { throw .notAuthentic }
        return content
    }

    private static func sealingKey(
        _ key: borrowing RecoveryKey, _ salt: [UInt8]
    ) throws(BackupError) -> ChaCha20Poly1305.Key {
        do { return try ChaCha20Poly1305.Key(key.sealingKey(salt: salt)) } catch { throw .unreadable }
    }

    private static func binding(_ id: BackupID, _ head: [UInt8]) -> [UInt8] {
        Array("Sotto backup v1".utf8) + [0] + id.bytes.array + head
    }
}
