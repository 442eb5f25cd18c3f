import Store
import Threads

/// Whether a disk may take more files, so that the database beside them always can. Looks at most once a second.
final class FreeSpace: @unchecked Sendable {
    // Unchecked because `lock` guards the fields.
    private let path: String
    private let floorByteCount: UInt64
    private let lock = Lock()
    private var refused: Growth?
    private var nextLook: Deadline?

    /// - Parameter floorByteCount: what is to stay free; a twentieth of the disk where that is more.
    init(path: String, floorByteCount: UInt64) {
        self.path = path
        self.floorByteCount = floorByteCount
    }

    /// Also where the disk does not say: then writing finds out.
    var hasRoom: Bool {
        lock.lock()
        defer { lock.unlock() }
        if let nextLook, !nextLook.isOver { return refused == nil }
        nextLook = Deadline(microseconds: 1_000_000)
        guard let space = DiskSpace(of: path) else { return true }
        refused = space.refused(floor: space.floor(atLeast: floorByteCount), before: refused)
        return refused == nil
    }
}
