// What the key log says as it travels; docs/protocol/transparency.md draws what is hashed and signed.

/// A signed tree head.
public struct TreeHeadPayload: WireRecord, Equatable {
    public static let name = "TreeHead"
    /// SHA-256 of the key that signs the log's heads, 32 bytes.
    public var log: [UInt8]
    public var treeSize: UInt64
    public var root: [UInt8]
    public var time: Timestamp
    /// Ed25519 by the server's key.
    public var signature: [UInt8]

    public init(fields: inout Fields<Self>) throws(WireError) {
        log = try fields.bytes("log", \.log, count: 32)
        treeSize = try fields.number("treeSize", \.treeSize, in: 0...Limits.keyLogSizeMax)
        root = try fields.bytes("root", \.root, count: 32)
        time = try fields.value("time", \.time)
        signature = try fields.bytes("signature", \.signature, count: 64)
    }
}

/// Why a list is in the key log: it was published while the log was kept, or was there when the log began.
public enum KeyLogEntryKind: String, WireEnumeration { case changed, adopted }

/// That a device list is in the key log.
public struct TransparencyPayload: WireRecord, Equatable {
    public static let name = "Transparency"
    public var head: TreeHeadPayload
    public var kind: KeyLogEntryKind
    /// Of the list's entry in the log, from 0 up.
    public var index: UInt64
    /// The hashes of the inclusion proof one after another, from the leaf up; 32 bytes each.
    public var inclusion: [UInt8]
    /// The hashes of the proof that the tree goes on from the one that the request named.
    public var consistency: [UInt8]?

    public init(fields: inout Fields<Self>) throws(WireError) {
        head = try fields.value("head", \.head)
        kind = try fields.value("kind", \.kind)
        index = try fields.number("index", \.index, in: 0...Limits.keyLogSizeMax)
        inclusion = try fields.bytes("inclusion", \.inclusion, count: Limits.merkleProofByteCounts)
        consistency = try fields.bytesIfPresent("consistency", \.consistency, count: Limits.merkleProofByteCounts)
    }
}

/// The hashes of one proof, one after another.
public struct MerkleProofPayload: WireRecord, Equatable {
    public static let name = "MerkleProof"
    /// 32 bytes each.
    public var hashes: [UInt8]

    public init(fields: inout Fields<Self>) throws(WireError) {
        hashes = try fields.bytes("hashes", \.hashes, count: Limits.merkleProofByteCounts)
    }
}

/// The log's newest head, and what its witnesses signed last.
public struct KeyLogHead: WireRecord, Equatable {
    public var head: TreeHeadPayload
    public var cosignatures: [CosignaturePayload]

    public init(fields: inout Fields<Self>) throws(WireError) {
        head = try fields.value("head", \.head)
        cosignatures = try fields.list("cosignatures", \.cosignatures, count: 0...Limits.witnessesMax)
    }
}

/// That a witness saw a tree, and that it went on from what the witness saw before.
public struct CosignaturePayload: WireRecord, Equatable {
    public static let name = "Cosignature"
    /// The witness's Ed25519 key, 32 bytes.
    public var key: [UInt8]
    /// What the operator calls the witness. A witness that sends a cosignature leaves it out.
    public var name: String?
    public var treeSize: UInt64
    public var root: [UInt8]
    /// When the witness saw it.
    public var time: Timestamp
    /// Ed25519 by the witness's key.
    public var signature: [UInt8]

    public init(fields: inout Fields<Self>) throws(WireError) {
        key = try fields.bytes("key", \.key, count: 32)
        name = try fields.textIfPresent("name", \.name, length: 1...Limits.nameLengthMax)
        treeSize = try fields.number("treeSize", \.treeSize, in: 0...Limits.keyLogSizeMax)
        root = try fields.bytes("root", \.root, count: 32)
        time = try fields.value("time", \.time)
        signature = try fields.bytes("signature", \.signature, count: 64)
    }
}

/// Some entries of the key log side by side.
public struct KeyLogPage: WireRecord, Equatable {
    /// One after another, 74 bytes each.
    public var entries: [UInt8]
    /// How many the whole log has.
    public var treeSize: UInt64

    public init(fields: inout Fields<Self>) throws(WireError) {
        entries = try fields.bytes(
            "entries", \.entries, count: 0...Limits.keyLogEntriesMax * Limits.keyLogEntryByteCount)
        treeSize = try fields.number("treeSize", \.treeSize, in: 0...Limits.keyLogSizeMax)
    }
}

/// One entry of the key log and its place.
public struct KeyLogItem: WireRecord, Equatable {
    public var index: UInt64
    /// 74 bytes.
    public var entry: [UInt8]

    public init(fields: inout Fields<Self>) throws(WireError) {
        index = try fields.number("index", \.index, in: 0...Limits.keyLogSizeMax)
        entry = try fields.bytes("entry", \.entry, count: Limits.keyLogEntryByteCount)
    }
}
