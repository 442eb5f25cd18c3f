import Crypto

/// The first 80 bytes of a journal: how its key is made. Bound into every record, so that no byte can be exchanged.
///
/// Version 1, numbers big-endian:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 7 | `SOTTOLS` |
/// | 7 | 1 | version, 1 |
/// | 8 | 1 | where the key comes from: 0 the file `key`, 1 a passphrase |
/// | 9 | 3 | zero |
/// | 12 | 4 | Argon2id passes |
/// | 16 | 8 | Argon2id memory in bytes |
/// | 24 | 8 | zero |
/// | 32 | 16 | Argon2id salt |
/// | 48 | 16 | file id, random, new for every journal file |
/// | 64 | 16 | key check |
///
/// The main key is Argon2id of the passphrase, or the 32 bytes of the key file. Of it, with the file id as the salt
/// of HKDF-SHA256, come the record key (info `Sotto local store v1 records`, 32 bytes) and the key check (info
/// `Sotto local store v1 check`, 16 bytes).
struct JournalHead: Equatable {
    enum KeySource: UInt8 {
        case keyFile = 0
        case passphrase = 1

        init(_ unlock: borrowing LocalStore.Unlock) {
            switch unlock {
            case .keyFile: self = .keyFile
            case .passphrase: self = .passphrase
            }
        }
    }

    static let byteCount = 80
    private static let magic = Array("SOTTOLS".utf8) + [1]

    let keySource: KeySource
    let cost: Argon2id.Cost
    let salt: [UInt8]
    let fileID: [UInt8]
    let keyCheck: [UInt8]

    /// A head for a new file.
    init(keySource: KeySource, cost: Argon2id.Cost, salt: [UInt8], mainKey: borrowing SecretBytes) {
        self.keySource = keySource
        self.cost = cost
        self.salt = salt
        fileID = RandomBytes.make(byteCount: 16)
        keyCheck = Self.keyCheck(mainKey, fileID: fileID)
    }

    /// `nil` unless `bytes` start with a head of this version.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.byteCount, Array(bytes[0..<8]) == Self.magic,
            let keySource = KeySource(rawValue: bytes[8]), bytes[9..<12].allSatisfy({ $0 == 0 }),
            bytes[24..<32].allSatisfy({ $0 == 0 }),
            let memory = Int(exactly: Self.number(bytes[16..<24])),
            let cost = Argon2id.Cost(passCount: Self.number(bytes[12..<16]), memoryByteCount: memory)
        else { return nil }
        self.keySource = keySource
        self.cost = cost
        salt = Array(bytes[32..<48])
        fileID = Array(bytes[48..<64])
        keyCheck = Array(bytes[64..<80])
    }

    var bytes: [UInt8] {
        var bytes = Self.magic + [keySource.rawValue, 0, 0, 0]
        bytes += UInt32(truncatingIfNeeded: cost.passCount).bigEndianBytes
        bytes += UInt64(cost.memoryByteCount).bigEndianBytes
        bytes += [UInt8](repeating: 0, count: 8)
        return bytes + salt + fileID + keyCheck
    }

    func opens(with mainKey: borrowing SecretBytes) -> Bool {
        ConstantTime.equal(keyCheck, Self.keyCheck(mainKey, fileID: fileID))
    }

    func recordKey(_ mainKey: borrowing SecretBytes) -> SecretBytes {
        HKDF.derive(
            .sha256, salt: fileID, input: mainKey, info: Array("Sotto local store v1 records".utf8), byteCount: 32)
    }

    private static func keyCheck(_ mainKey: borrowing SecretBytes, fileID: [UInt8]) -> [UInt8] {
        HKDF.derive(
            .sha256, salt: fileID, input: mainKey, info: Array("Sotto local store v1 check".utf8), byteCount: 16
        ).exportUnprotected()
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension FixedWidthInteger {
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
