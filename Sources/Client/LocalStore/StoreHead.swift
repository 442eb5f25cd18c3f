import Crypto

/// How the key of a store is made. It stands in a row of its own, which alone is not sealed.
///
/// Version 2, numbers big-endian:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 7 | `SOTTOLS` |
/// | 7 | 1 | version, 2 |
/// | 8 | 1 | where the key comes from: 0 the file `key`, 1 a passphrase |
/// | 9 | 3 | zero |
/// | 12 | 4 | Argon2id passes |
/// | 16 | 8 | Argon2id memory in bytes |
/// | 24 | 16 | Argon2id salt |
/// | 40 | 16 | file id, random |
/// | 56 | 16 | key check |
///
/// The main key is Argon2id of the passphrase, or the 32 bytes of the key file. All keys come of it by HKDF-SHA256,
/// whose salt is SHA-256 of the first 56 bytes here, so that no byte can be exchanged: the key check (info `Sotto local
/// store v2 check`, 16 bytes) and those of ``StoreSeal``.
struct StoreHead: Equatable {
    enum KeySource: UInt8 {
        case keyFile = 0
        case passphrase = 1

        init(_ key: borrowing FolderKey) {
            switch key.source {
            case .keyFile: self = .keyFile
            case .passphrase: self = .passphrase
            }
        }
    }

    static let byteCount = 72
    private static let magic = Array("SOTTOLS".utf8) + [2]

    let keySource: KeySource
    let cost: Argon2id.Cost
    let salt: [UInt8]
    let fileID: [UInt8]
    private let keyCheck: [UInt8]

    /// A head for a new store.
    init(keySource: KeySource, cost: Argon2id.Cost, salt: [UInt8], mainKey: borrowing SecretBytes) {
        self.keySource = keySource
        self.cost = cost
        self.salt = salt
        fileID = RandomBytes.make(byteCount: 16)
        let bound = Self.bound(keySource, cost, salt, fileID)
        keyCheck = Self.derive("check", mainKey, over: bound, byteCount: 16).exportUnprotected()
    }

    /// `nil` unless `bytes` are a head of this version.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount, Array(bytes[0..<8]) == Self.magic,
            let keySource = KeySource(rawValue: bytes[8]), bytes[9..<12].allSatisfy({ $0 == 0 }),
            let memory = Int(exactly: Self.number(bytes[16..<24])),
            let cost = Argon2id.Cost(passCount: Self.number(bytes[12..<16]), memoryByteCount: memory)
        else { return nil }
        self.keySource = keySource
        self.cost = cost
        salt = Array(bytes[24..<40])
        fileID = Array(bytes[40..<56])
        keyCheck = Array(bytes[56..<72])
    }

    var bytes: [UInt8] { Self.bound(keySource, cost, salt, fileID) + keyCheck }

    func opens(with mainKey: borrowing SecretBytes) -> Bool {
        ConstantTime.equal(keyCheck, key("check", mainKey, byteCount: 16).exportUnprotected())
    }

    /// The key for one use.
    func key(_ use: String, _ mainKey: borrowing SecretBytes, byteCount: Int) -> SecretBytes {
        Self.derive(use, mainKey, over: Self.bound(keySource, cost, salt, fileID), byteCount: byteCount)
    }

    private static func derive(
        _ use: String, _ mainKey: borrowing SecretBytes, over bound: [UInt8], byteCount: Int
    ) -> SecretBytes {
        HKDF.derive(
            .sha256, salt: SHA256.hash(bound), input: mainKey, info: Array("Sotto local store v2 \(use)".utf8),
            byteCount: byteCount)
    }

    private static func bound(
        _ keySource: KeySource, _ cost: Argon2id.Cost, _ salt: [UInt8], _ fileID: [UInt8]
    ) -> [UInt8] {
        var bytes = magic + [keySource.rawValue, 0, 0, 0]
        bytes += UInt32(truncatingIfNeeded: cost.passCount).bigEndianBytes
        bytes += UInt64(cost.memoryByteCount).bigEndianBytes
        return bytes + salt + fileID
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension FixedWidthInteger {
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
