import Store
import Threads
import Wire

/// Files that no row knows of: those of a crash between a file and its row, and all that are newer than a database
/// that was put back from a backup, or that belong to another one.
///
/// The file of an upload comes after its row; that of a picture comes before, so none is made until a sweep has ended.
public final class OrphanFiles: @unchecked Sendable {
    // Unchecked because the field that changes is guarded by `lock`.
    private let chat: ChatEngine
    private let blobs: BlobStore
    private let lock = Lock()
    private var isSwept = false
    /// How long a complete file is kept that no row knows of.
    public static let keptSeconds: UInt64 = 7 * 86_400
    private static let filesPerLook = 500

    init(chat: ChatEngine, blobs: BlobStore) {
        self.chat = chat
        self.blobs = blobs
    }

    /// Whether a sweep has ended, so that files may be made before their rows.
    var areSwept: Bool { lock.withLock { isSwept } }

    /// What a sweep found.
    public struct Sweep: Equatable, Sendable {
        /// Unfinished uploads, which are removed.
        public var removed = 0
        /// Complete files, which are set aside.
        public var setAside = 0
        /// Files set aside earlier, of which this database knows.
        public var adopted = 0

        public init(removed: Int = 0, setAside: Int = 0, adopted: Int = 0) {
            (self.removed, self.setAside, self.adopted) = (removed, setAside, adopted)
        }
    }

    /// Sets aside complete files that no row knows of, puts back those of before that one knows of, and removes parts.
    public func sweep() async -> Sweep {
        var sweep = Sweep()
        var aside = (try? await blobs.orphans()) ?? []
        while !aside.isEmpty {
            let page = Array(aside.prefix(Self.filesPerLook))
            aside.removeFirst(page.count)
            for blob in await select(page, areKnown: true) where (try? await blobs.adopt(blob)) != nil {
                sweep.adopted += 1
            }
        }
        var last = BlobID?.none
        while let page = try? await blobs.list(last, Self.filesPerLook), let end = page.last {
            last = end
            for blob in await select(page, areKnown: false) {
                guard let isMoved = try? await blobs.setAside(blob) else { continue }
                if isMoved { sweep.setAside += 1 } else { sweep.removed += 1 }
            }
        }
        lock.withLock { isSwept = true }
        return sweep
    }

    /// Removes files that were set aside ``keptSeconds`` ago.
    /// - Returns: how many went.
    public func removeOld() async -> Int { (try? await blobs.removeOrphans(Self.keptSeconds)) ?? 0 }

    /// Those that rows know of, or the others; none when the rows cannot be read.
    private func select(_ page: [BlobID], areKnown: Bool) async -> [BlobID] {
        let found = try? await chat.look { (look) throws(Problem) in
            var found: [BlobID] = []
            for blob in page where try look.tables.isKnown(blob) == areKnown { found.append(blob) }
            return found
        }
        return found ?? []
    }
}
