import Crypto
import Wire

/// A whole key log as somebody wrote it down: well formed, but the server may have lied, or the writer.
///
/// Version 1, numbers big-endian:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 8 | `SottoLog`, ASCII |
/// | 8 | 1 | version, 1 |
/// | 9 | 32 | the server's public key |
/// | 41 | 81 | the tree head, of *n* leaves |
/// | 122 | 64 | its signature by the server |
/// | 186 | 74 *n* | the entries |
public struct UnverifiedKeyLogDump: Hashable, Sendable {
    static let mark = Array("SottoLog".utf8)
    static let version: UInt8 = 1

    /// The key that the log claims.
    public let key: ServerPublicKey
    /// The head that it claims.
    public let head: UnverifiedTreeHead
    /// One after another.
    public let entries: [UInt8]

    /// What was read from a server. There may be fewer entries than the head says, or more; only
    /// ``verified()`` minds.
    public init(key: ServerPublicKey, head: UnverifiedTreeHead, entries: [UInt8]) {
        self.key = key
        self.head = head
        self.entries = entries
    }

    /// - Throws: ``KeyFormatError`` for anything but the layout above.
    public init(_ bytes: [UInt8]) throws(KeyFormatError) {
        var reader = ByteReader(bytes)
        guard try reader.take(Self.mark.count) == Self.mark else { throw .outOfBounds }
        try reader.version(Self.version)
        guard let key = try? ServerPublicKey(reader.take(upTo: Ed25519.keyByteCount)) else { throw .truncated }
        try reader.version(TreeHead.version)
        let log = try reader.take(MerkleHash.byteCount)
        let size: UInt64 = try reader.number()
        let root = try reader.take(MerkleHash.byteCount)
        let time = Timestamp(milliseconds: try reader.number())
        guard let claimed = TreeHead(log: log, size: size, root: root, time: time),
            let head = UnverifiedTreeHead(claimed: claimed, signature: try reader.signature().bytes)
        else { throw .outOfBounds }
        let entries = try reader.take(reader.remainingByteCount)
        try reader.finish()
        guard entries.count.isMultiple(of: KeyLogEntry.byteCount) else { throw .truncated }
        self.init(key: key, head: head, entries: entries)
    }

    /// The layout above.
    public var bytes: [UInt8] {
        Self.mark + [Self.version] + key.bytes + head.claimed.content + head.signature.bytes + entries
    }

    /// The log as a type that may be relied on: signed by its key, its entries make the head's root, and each keeps
    /// to the rules. Takes about a microsecond for each entry.
    /// - Throws: ``KeyLogFraud``.
    public func verified() throws(KeyLogFraud) -> KeyLogDump {
        let head: VerifiedTreeHead
        do {
            head = try self.head.verified(by: key)
        } catch {
            throw error == .anotherLog ? .anotherKey : .badSignature
        }
        let size = head.head.size
        guard UInt64(entries.count / KeyLogEntry.byteCount) >= size else {
            throw .withheld(index: UInt64(entries.count / KeyLogEntry.byteCount))
        }
        var check = KeyLogCheck()
        for index in 0..<Int(size) { try check.take(Self.entry(index, of: entries)) }
        guard ConstantTime.equal(check.range.root, head.head.root) else { throw .otherRoot(size: size) }
        guard UInt64(entries.count / KeyLogEntry.byteCount) == size else { throw .noEntry(index: size) }
        return KeyLogDump(key: key, head: head, entries: entries, accountCount: check.accountCount)
    }

    static func entry(_ index: Int, of entries: [UInt8]) -> [UInt8] {
        Array(entries[index * KeyLogEntry.byteCount..<(index + 1) * KeyLogEntry.byteCount])
    }
}

/// A whole key log that was checked.
public struct KeyLogDump: Hashable, Sendable {
    /// The server that signs it.
    public let key: ServerPublicKey
    /// The head that the entries make.
    public let head: VerifiedTreeHead
    /// One after another.
    public let entries: [UInt8]
    /// How many accounts it is of.
    public let accountCount: Int

    fileprivate init(key: ServerPublicKey, head: VerifiedTreeHead, entries: [UInt8], accountCount: Int) {
        self.key = key
        self.head = head
        self.entries = entries
        self.accountCount = accountCount
    }

    /// As a file.
    public var bytes: [UInt8] { unverified.bytes }

    private var unverified: UnverifiedKeyLogDump {
        UnverifiedKeyLogDump(key: key, head: UnverifiedTreeHead(head), entries: entries)
    }

    /// Makes sure that this is the log that `earlier` was, with what came since.
    /// - Throws: ``KeyLogFraud``.
    public func requireGoesOn(from earlier: KeyLogDump) throws(KeyLogFraud) {
        guard key == earlier.key else { throw .anotherKey }
        let (size, known) = (head.head.size, earlier.head.head.size)
        guard size >= known else { throw .rolledBack(knownSize: known, size: size) }
        if let index = Self.firstDifference(entries, earlier.entries) {
            throw size == known ? .forked(size: size) : .rewritten(index: index)
        }
    }

    /// The root of the tree of the first `size` entries; `nil` when there are fewer.
    public func root(size: UInt64) -> [UInt8]? {
        guard size <= head.head.size else { return nil }
        if size == head.head.size { return head.head.root }
        var range = CompactRange()
        for index in 0..<Int(size) {
            range.append(leafHash: MerkleHash.leaf(UnverifiedKeyLogDump.entry(index, of: entries)))
        }
        return range.root
    }

    /// The entries of one account with their places, whatever the server says that there are.
    public func entries(of account: KeyLogAccountName) -> [(index: UInt64, entry: KeyLogEntry)] {
        var found: [(index: UInt64, entry: KeyLogEntry)] = []
        for index in 0..<Int(head.head.size) {
            let entry = try? KeyLogEntry(UnverifiedKeyLogDump.entry(index, of: entries))
            if let entry, entry.account == account { found.append((UInt64(index), entry)) }
        }
        return found
    }

    /// The index of the first entry that both have and that differs.
    public static func firstDifference(_ one: [UInt8], _ other: [UInt8]) -> UInt64? {
        let shared = min(one.count, other.count)
        guard one[..<shared] != other[..<shared] else { return nil }
        let offset = (0..<shared).first { one[$0] != other[$0] }
        return offset.map { UInt64($0 / KeyLogEntry.byteCount) }
    }
}

extension UnverifiedTreeHead {
    /// As one that somebody else has still to verify.
    public init(_ verified: VerifiedTreeHead) {
        claimed = verified.head
        signature = verified.signature
    }
}
