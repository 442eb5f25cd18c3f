import Crypto
public import Wire

/// The name under which the key log has an account: recognised by those who know the account's id, and by nobody else.
///
/// SHA-256 of `Sotto log account v1`, a zero byte, and the sixteen bytes of the account.
public struct KeyLogAccountName: Hashable, Sendable {
    /// The 32 bytes.
    public let bytes: [UInt8]

    public init(_ account: AccountID) {
        bytes = SHA256.hash(Array("Sotto log account v1".utf8) + [0] + account.bytes.array)
    }

    /// A name as it stands in an entry; `nil` unless there are 32 bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == MerkleHash.byteCount else { return nil }
        self.bytes = bytes
    }
}

/// One entry of the key log: an account got a device list.
///
/// Version 1, 74 bytes, numbers big-endian:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 1 | version, 1 |
/// | 1 | 1 | kind: 1 changed, 2 adopted |
/// | 2 | 32 | ``KeyLogAccountName`` |
/// | 34 | 8 | epoch of the list, 1…4,294,967,295 |
/// | 42 | 32 | SHA-256 of ``VerifiedDeviceList/bytes`` |
public struct KeyLogEntry: Hashable, Sendable {
    /// Bytes of an entry.
    public static let byteCount = Limits.keyLogEntryByteCount
    static let version: UInt8 = 1

    /// How a list came into the log.
    public enum Kind: UInt8, Sendable, CaseIterable {
        /// It was published while the log was kept.
        case changed = 1
        /// It was there when the log began. Such entries stand before all others.
        case adopted = 2
    }

    /// Why the list is in the log.
    public let kind: Kind
    /// Whose list it is.
    public let account: KeyLogAccountName
    /// The list's epoch.
    public let epoch: UInt64
    /// SHA-256 of the list as it was signed, signature included.
    public let listDigest: [UInt8]

    /// The entry of a list that was verified.
    public init(_ list: VerifiedDeviceList, kind: Kind = .changed) {
        self.kind = kind
        account = KeyLogAccountName(list.account)
        epoch = list.epoch
        listDigest = list.logDigest
    }

    /// - Throws: ``KeyFormatError`` for anything but the layout above.
    public init(_ bytes: [UInt8]) throws(KeyFormatError) {
        var reader = ByteReader(bytes)
        try reader.version(Self.version)
        guard let kind = Kind(rawValue: try reader.number()) else { throw .outOfBounds }
        guard let account = KeyLogAccountName(bytes: reader.take(upTo: MerkleHash.byteCount)) else { throw .truncated }
        let epoch: UInt64 = try reader.number()
        guard VerifiedDeviceList.epochs.contains(epoch) else { throw .outOfBounds }
        let listDigest = try reader.take(MerkleHash.byteCount)
        try reader.finish()
        self.kind = kind
        self.account = account
        self.epoch = epoch
        self.listDigest = listDigest
    }

    /// The layout above.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = [Self.version, kind.rawValue]
        bytes.reserveCapacity(Self.byteCount)
        bytes += account.bytes
        bytes.append(number: epoch)
        bytes += listDigest
        return bytes
    }

    /// Its place in the tree.
    public var leafHash: [UInt8] { MerkleHash.leaf(bytes) }
}

extension VerifiedDeviceList {
    /// What the key log knows the list by: SHA-256 of ``bytes``.
    public var logDigest: [UInt8] { SHA256.hash(bytes) }
}
