public import Wire

/// What the server may ask of a place for files: append until complete, then read, for ever the same bytes.
///
/// A blob is a **part** while it is appended to, by one at a time, and **stored** from the moment ``BlobPart/finish``
/// returns: whole or not at all, whatever crashes. Bytes that no longer fit their digests are reported and never
/// given out. A struct of closures with `DiskBlobs` in Engines/Blobs behind it; `BlobContract` in the tests holds any.
public struct BlobStore: Sendable {
    /// An empty part, for a blob of `byteCount` bytes.
    public var begin: @Sendable (_ blob: BlobID, _ byteCount: UInt64) async throws(BlobError) -> BlobPart

    /// The part that ``begin`` made, with what it holds: after a crash that may be more than was ever synced, never
    /// bytes that were not appended, and is durable when this returns.
    /// - Throws: `busy` while somebody holds it; `absent`.
    public var resume: @Sendable (_ blob: BlobID, _ byteCount: UInt64) async throws(BlobError) -> BlobPart

    /// Returns when nobody holds the part, which may be now, or when the task that waits is cancelled. Whoever then
    /// wants it may come too late again.
    public var untilFree: @Sendable (_ blob: BlobID) async -> Void

    /// How much of a part is durable, and sure to be what was appended. All of it, when the blob is stored.
    public var durableByteCount: @Sendable (_ blob: BlobID, _ byteCount: UInt64) async throws(BlobError) -> UInt64

    /// A stored blob, to read.
    /// - Throws: `absent`, also while it is a part; `damaged`.
    public var open: @Sendable (_ blob: BlobID) async throws(BlobError) -> BlobReader

    /// Removes a blob, part or stored. One that is absent is removed already. Whoever reads it reads on.
    public var remove: @Sendable (_ blob: BlobID) async throws(BlobError) -> Void

    /// The names of parts and stored blobs in the order of their numbers, from after `blob` on.
    public var list: @Sendable (_ after: BlobID?, _ limit: Int) async throws(BlobError) -> [BlobID]

    /// Whether there is room for more, without waiting. Appending asks now and then by itself.
    public var hasRoom: @Sendable () -> Bool

    /// Moves a stored blob to the orphans, where ``open`` and ``list`` find it no more; a part is removed.
    /// - Returns: whether a stored blob was moved.
    public var setAside: @Sendable (_ blob: BlobID) async throws(BlobError) -> Bool

    /// The names of all orphans.
    public var orphans: @Sendable () async throws(BlobError) -> [BlobID]

    /// Makes an orphan a stored blob again.
    /// - Throws: `absent`.
    public var adopt: @Sendable (_ blob: BlobID) async throws(BlobError) -> Void

    /// Removes what was set aside at least so many seconds ago, and returns how many went.
    public var removeOrphans: @Sendable (_ seconds: UInt64) async throws(BlobError) -> Int

    /// Figures, without waiting.
    public var status: @Sendable () -> BlobStoreStatus

    /// Finishes what is under way and refuses the rest. Safe to call twice.
    public var close: @Sendable () async -> Void

    public init(
        begin: @escaping @Sendable (BlobID, UInt64) async throws(BlobError) -> BlobPart,
        resume: @escaping @Sendable (BlobID, UInt64) async throws(BlobError) -> BlobPart,
        untilFree: @escaping @Sendable (BlobID) async -> Void,
        durableByteCount: @escaping @Sendable (BlobID, UInt64) async throws(BlobError) -> UInt64,
        open: @escaping @Sendable (BlobID) async throws(BlobError) -> BlobReader,
        remove: @escaping @Sendable (BlobID) async throws(BlobError) -> Void,
        list: @escaping @Sendable (BlobID?, Int) async throws(BlobError) -> [BlobID],
        hasRoom: @escaping @Sendable () -> Bool,
        setAside: @escaping @Sendable (BlobID) async throws(BlobError) -> Bool,
        orphans: @escaping @Sendable () async throws(BlobError) -> [BlobID],
        adopt: @escaping @Sendable (BlobID) async throws(BlobError) -> Void,
        removeOrphans: @escaping @Sendable (UInt64) async throws(BlobError) -> Int,
        status: @escaping @Sendable () -> BlobStoreStatus,
        close: @escaping @Sendable () async -> Void
    ) {
        self.begin = begin
        self.resume = resume
        self.untilFree = untilFree
        self.durableByteCount = durableByteCount
        self.open = open
        self.remove = remove
        self.list = list
        self.hasRoom = hasRoom
        self.setAside = setAside
        self.orphans = orphans
        self.adopt = adopt
        self.removeOrphans = removeOrphans
        self.status = status
        self.close = close
    }
}

/// Names one blob. Random after its shard, and never the id under which clients know it.
public struct BlobID: ShardedIdentifier {
    public let bytes: SixteenBytes
    public init(bytes: SixteenBytes) { self.bytes = bytes }
}

/// What a place for files may fail with.
public enum BlobError: Error, Sendable, Equatable {
    /// There is no such blob.
    case absent
    /// Somebody else holds the part.
    case busy
    /// More bytes than the blob is to have.
    case tooLong
    /// Not all bytes are there yet.
    case incomplete
    /// All bytes are there, and SHA-256 of them is another.
    case otherDigest
    /// Stored bytes that do not fit their digests.
    case damaged
    /// There is no room. What was written stays.
    case full
    /// Too much waits already.
    case overloaded
    /// The place is closed.
    case closed
    /// The machine fails otherwise.
    case failing(reason: String)
}

/// A stored blob's size and content.
public struct StoredBlob: Sendable, Equatable {
    public var byteCount: UInt64
    /// SHA-256 of all bytes.
    public var sha256: [UInt8]

    public init(byteCount: UInt64, sha256: [UInt8]) {
        self.byteCount = byteCount
        self.sha256 = sha256
    }
}

/// A blob that is appended to. One task uses it, one call after the other; ``release`` when done, however it went.
public struct BlobPart: Sendable {
    /// Bytes it held when it was taken.
    public var byteCount: UInt64
    /// Appends. Returns before the bytes are written, and waits while too many are not.
    public var append: @Sendable (_ bytes: [UInt8]) async throws(BlobError) -> Void
    /// Returns how many bytes there are, once all of them are durable.
    public var sync: @Sendable () async throws(BlobError) -> UInt64
    /// Takes back everything beyond the first `byteCount` bytes.
    public var rollBack: @Sendable (_ byteCount: UInt64) async throws(BlobError) -> Void
    /// Makes it a stored blob, durably, if all bytes are there and SHA-256 is `sha256` (any, when `nil`).
    public var finish: @Sendable (_ sha256: [UInt8]?) async throws(BlobError) -> StoredBlob
    /// Gives it back, as it is.
    public var release: @Sendable () async -> Void

    public init(
        byteCount: UInt64,
        append: @escaping @Sendable ([UInt8]) async throws(BlobError) -> Void,
        sync: @escaping @Sendable () async throws(BlobError) -> UInt64,
        rollBack: @escaping @Sendable (UInt64) async throws(BlobError) -> Void,
        finish: @escaping @Sendable ([UInt8]?) async throws(BlobError) -> StoredBlob,
        release: @escaping @Sendable () async -> Void
    ) {
        self.byteCount = byteCount
        self.append = append
        self.sync = sync
        self.rollBack = rollBack
        self.finish = finish
        self.release = release
    }
}

/// A stored blob that is read.
public struct BlobReader: Sendable {
    public var blob: StoredBlob
    /// A stretch of it, checked against its digests. The caller keeps within the blob.
    public var piece: @Sendable (_ offset: UInt64, _ byteCount: UInt64) async throws(BlobError) -> BlobPiece

    public init(
        blob: StoredBlob, piece: @escaping @Sendable (UInt64, UInt64) async throws(BlobError) -> BlobPiece
    ) {
        self.blob = blob
        self.piece = piece
    }
}

/// Checked bytes, or where they lie.
public enum BlobPiece: Sendable {
    case bytes([UInt8])
    /// A stretch of an open file, for `sendfile`.
    case file(BlobFile, offset: UInt64, byteCount: UInt64)
}

/// Figures about a place for files.
public struct BlobStoreStatus: Sendable, Equatable {
    /// Pieces that did not fit their digests, since the start. They were not given out.
    public var damagedPieces: UInt64 = 0
    /// Blobs stored since the start.
    public var storedBlobs: UInt64 = 0
    /// Bytes of parts that were read a second time, because nobody remembered their digests.
    public var rereadBytes: UInt64 = 0
    /// Jobs that wait for a thread.
    public var queuedJobs: UInt64 = 0

    public init() {}
}
