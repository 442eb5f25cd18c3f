import Client
import Crypto
import Wire

/// docs/protocol/recovery.md: keys as people write them, what is derived, and sealed backups.
enum RecoveryVectors {
    static func make() throws -> JSON {
        var cases: [JSON] = []
        for byteCount in [0, 1, 255, 256, 1_000] {
            let key = RecoveryKey()
            let content = SessionVectors.pattern(byteCount, from: 1, step: 5)
            cases.append(.object([
                ("key", .hex(key.exportForSealedStore().exportUnprotected())), ("text", .text(key.text)),
                ("id", .hex(key.backupID.bytes.array)), ("token", .text(key.backupToken.text)),
                ("tokenHash", .hex(key.backupToken.hash)), ("content", .hex(content)),
                ("blob", .hex(try SealedBackup.seal(content, with: key))),
            ]))
        }
        return .object([("cases", .list(cases))])
    }
}
