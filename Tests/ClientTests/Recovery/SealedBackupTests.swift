import Crypto
import Testing
import Wire

@testable import Client

@Suite("Sealed backups")
struct SealedBackupTests {
    private static let content = Array("the account and whom it knows".utf8)

    @Test("a backup opens under its key, and no two are alike")
    func opens() throws {
        let key = RecoveryKey()
        let one = try SealedBackup.seal(Self.content, with: key)
        let other = try SealedBackup.seal(Self.content, with: key)
        #expect(try SealedBackup.open(one, with: key) == Self.content)
        #expect(try SealedBackup.open(other, with: key) == Self.content)
        #expect(one != other)
        #expect(one.count == 1 + 32 + 256 + 16, "padded to a size that says little")
        #expect(throws: BackupError.notAuthentic) { try SealedBackup.open(one, with: RecoveryKey()) }
    }

    @Test("with any bit flipped, cut anywhere, or something glued to it, it does not open")
    func changed() throws {
        let key = RecoveryKey()
        let blob = try SealedBackup.seal(Self.content, with: key)
        for bit in 0..<blob.count * 8 {
            var flipped = blob
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: bit < 8 ? BackupError.unreadable : .notAuthentic) {
                try SealedBackup.open(flipped, with: key)
            }
        }
        for count in blob.indices {
            #expect(throws: BackupError.self) { try SealedBackup.open(Array(blob.prefix(count)), with: key) }
        }
        #expect(throws: BackupError.notAuthentic) { try SealedBackup.open(blob + [0], with: key) }
    }

    @Test("the largest content fits what the server takes, and one byte more is refused")
    func bounds() throws {
        let key = RecoveryKey()
        let largest = [UInt8](repeating: 7, count: SealedBackup.contentByteCountMax - 1)
        let blob = try SealedBackup.seal(largest, with: key)
        #expect(blob.count <= Limits.backupByteCountMax)
        #expect(try SealedBackup.open(blob, with: key) == largest)
        #expect(throws: BackupError.tooLarge) { try SealedBackup.seal(largest + [7], with: key) }
        #expect(throws: BackupError.unreadable) {
            try SealedBackup.open([1] + [UInt8](repeating: 0, count: Limits.backupByteCountMax), with: key)
        }
    }
}
