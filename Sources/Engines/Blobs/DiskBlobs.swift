import Glibc
public import Store
import Threads

/// Files in a folder: one for each blob, with the digests of its chunks behind its bytes.
///
/// See docs/decisions/0013-blob-store.md for the layout and why. The folder belongs to one process, which the store's
/// lock sees to.
public enum DiskBlobs {
    /// Threads that write and read.
    public static let threadCount = 4
    /// Calls that may wait for one.
    public static let queuedCountMax = 1_024

    /// Opens the place in `folder`, which is made where it is missing (folders 0700, files 0600).
    /// - Parameter floorByteCount: what is left free on the disk; never less than a twentieth of it.
    /// - Throws: `full`; `failing`.
    public static func open(folder: String, floorByteCount: UInt64 = 0) throws(BlobError) -> BlobStore {
        let space = FreeSpace(path: folder, floorByteCount: floorByteCount)
        return try open(folder: folder, hasRoom: { space.hasRoom }, strike: { (_) in nil })
    }

    /// As ``open(folder:floorByteCount:)``, for tests that want to see it fail.
    /// - Parameters:
    ///   - hasRoom: whether the disk may take more.
    ///   - strike: called before each step on a blob's way.
    package static func open(
        folder: String, hasRoom: @escaping @Sendable () -> Bool = { true }, strike: @escaping BlobStep.Strike
    ) throws(BlobError) -> BlobStore {
        let house = DiskHouse(
            folder: try BlobFolder(folder), strike: strike, hasRoom: hasRoom,
            workers: BlobWorkers(threadCount: threadCount, queuedCountMax: queuedCountMax))
        return BlobStore(
            begin: { (blob, byteCount) async throws(BlobError) in
                try await house.part(blob, byteCount, isNew: true)
            },
            resume: { (blob, byteCount) async throws(BlobError) in
                try await house.part(blob, byteCount, isNew: false)
            },
            untilFree: { (blob) in await house.untilFree(blob) },
            durableByteCount: { (blob, byteCount) async throws(BlobError) in
                try await house.durableByteCount(of: blob, at: byteCount)
            },
            open: { (blob) async throws(BlobError) in try await house.reader(blob) },
            remove: { (blob) async throws(BlobError) in try await house.remove(blob) },
            list: { (blob, limit) async throws(BlobError) in try await house.names(after: blob, limit: limit) },
            hasRoom: hasRoom,
            setAside: { (blob) async throws(BlobError) in
                try await house.run { (folder) throws(BlobError) in try folder.setAside(blob) }
            },
            orphans: { () async throws(BlobError) in
                try await house.run { (folder) throws(BlobError) in try folder.orphanNames() }
            },
            adopt: { (blob) async throws(BlobError) in
                try await house.run { (folder) throws(BlobError) in try folder.adopt(blob) }
            },
            removeOrphans: { (seconds) async throws(BlobError) in
                try await house.run { (folder) throws(BlobError) in try folder.removeOrphans(seconds: seconds) }
            },
            status: { house.status },
            close: { await house.workers.close() })
    }
}

/// What the calls of one place share. State is owned by the lock.
private final class DiskHouse: @unchecked Sendable {
    // Unchecked because the fields that change are guarded by `lock`.
    let folder: BlobFolder
    let strike: BlobStep.Strike
    let hasRoom: @Sendable () -> Bool
    let workers: BlobWorkers
    private let lock = Lock()
    /// Parts that somebody holds.
    private var held: [BlobID: Hold] = [:]
    private var resting = RestingParts()
    private var figures = BlobStoreStatus()

    init(
        folder: BlobFolder, strike: @escaping BlobStep.Strike, hasRoom: @escaping @Sendable () -> Bool,
        workers: BlobWorkers
    ) {
        self.hasRoom = hasRoom
        self.folder = folder
        self.strike = strike
        self.workers = workers
    }

    var status: BlobStoreStatus {
        var status = lock.withLock { figures }
        status.queuedJobs = UInt64(workers.queuedCount)
        return status
    }

    private struct Hold {
        /// `nil` while it is being opened.
        var part: DiskPart?
        let end = Latch()
    }

    // MARK: Parts

    func part(_ blob: BlobID, _ byteCount: UInt64, isNew: Bool) async throws(BlobError) -> BlobPart {
        let isFree = lock.withLock {
            guard held[blob] == nil else { return false }
            held[blob] = Hold()
            return true
        }
        guard isFree else { throw .busy }
        do throws(BlobError) {
            let part = try await workers.run { [self] () throws(BlobError) in
                let rest = lock.withLock { resting.take(blob) }
                let file = try PartFile(
                    blob, byteCountMax: byteCount, isNew: isNew, rest: rest, in: folder, strike: strike,
                    hasRoom: hasRoom)
                let found = file.byteCount
                return (DiskPart(file, workers: workers), found)
            }
            lock.withLock { held[blob]?.part = part.0 }
            return calls(on: part.0, blob, found: part.1)
        } catch {
            free(blob)
            throw error
        }
    }

    private func calls(on part: DiskPart, _ blob: BlobID, found: UInt64) -> BlobPart {
        BlobPart(
            byteCount: found,
            append: { (bytes) async throws(BlobError) in try await part.append(bytes) },
            sync: { () async throws(BlobError) in try await part.sync() },
            rollBack: { (byteCount) async throws(BlobError) in try await part.rollBack(to: byteCount) },
            finish: { [self] (sha256) async throws(BlobError) in
                let stored = try await part.finish(sha256: sha256)
                lock.withLock { figures.storedBlobs += 1 }
                return stored
            },
            release: { [self] in
                let rest = await part.drain()
                lock.withLock {
                    figures.rereadBytes += part.takeRereadByteCount()
                    if let rest { resting.keep(rest, of: blob) }
                }
                free(blob)
            })
    }

    private func free(_ blob: BlobID) { lock.withLock { held.removeValue(forKey: blob) }?.end.open() }

    func untilFree(_ blob: BlobID) async { await lock.withLock { held[blob] }?.end.waitUnlessCancelled() }

    /// Without waiting where this process knows. Otherwise the part is taken, so that its file proves what it has:
    /// once, and whoever appends next need not read it again.
    func durableByteCount(of blob: BlobID, at byteCount: UInt64) async throws(BlobError) -> UInt64 {
        let (part, rest) = lock.withLock { (held[blob]?.part, resting.byteCount(of: blob)) }
        if let found = part?.syncedByteCount ?? rest { return found }
        do throws(BlobError) {
            let part = try await self.part(blob, byteCount, isNew: false)
            await part.release()
            return part.byteCount
        } catch .busy {
            return try await workers.run { [self] () throws(BlobError) in try proven(blob, byteCount) }
        } catch .absent {
            return try await workers.run { [self] () throws(BlobError) in
                try DiskReader(blob, in: folder).blob.byteCount
            }
        }
    }

    /// What a part proves while somebody else is taking it.
    private func proven(_ blob: BlobID, _ byteCount: UInt64) throws(BlobError) -> UInt64 {
        let file = try BlobFolder.open(folder.part(blob), O_RDONLY)
        let proof = try PartProof(of: file, PartLayout(byteCountMax: byteCount))
        guard fdatasync(file.descriptor) == 0 else { throw BlobFolder.failure() }
        try BlobFolder.sync(folder.parts)
        return proof.byteCount
    }

    // MARK: Stored blobs

    func reader(_ blob: BlobID) async throws(BlobError) -> BlobReader {
        let reader = try await noting { [self] () throws(BlobError) in try DiskReader(blob, in: folder) }
        return BlobReader(blob: reader.blob) { [self] (offset, byteCount) async throws(BlobError) in
            try await noting { () throws(BlobError) in try reader.piece(at: offset, byteCount: byteCount) }
        }
    }

    func remove(_ blob: BlobID) async throws(BlobError) {
        try await workers.run { [self] () throws(BlobError) in
            _ = lock.withLock { resting.take(blob) }
            try BlobStep.remove.begin(strike)
            if try BlobFolder.remove(folder.part(blob)) { try BlobFolder.sync(folder.parts) }
            if try BlobFolder.remove(folder.stored(blob)) { try BlobFolder.sync(folder.folder(of: blob)) }
        }
    }

    func names(after blob: BlobID?, limit: Int) async throws(BlobError) -> [BlobID] {
        try await workers.run { [self] () throws(BlobError) in try folder.names(after: blob, limit: limit) }
    }

    func run<R: Sendable>(
        _ work: @escaping @Sendable (BlobFolder) throws(BlobError) -> R
    ) async throws(BlobError) -> R {
        try await workers.run { [folder] () throws(BlobError) in try work(folder) }
    }

    private func noting<R: Sendable>(
        _ work: @escaping @Sendable () throws(BlobError) -> R
    ) async throws(BlobError) -> R {
        do throws(BlobError) {
            return try await workers.run(work)
        } catch {
            if error == .damaged { lock.withLock { figures.damagedPieces += 1 } }
            throw error
        }
    }
}
