import Glibc
import Store
import Threads

/// Whether a disk may take more files, so that the database beside them always can. Looks at most once a second.
final class FreeSpace: @unchecked Sendable {
    // Unchecked because `lock` guards the fields.
    private static let nanoseconds: UInt64 = 1_000_000_000

    private let path: String
    private let floorByteCount: UInt64
    private let lock = Lock()
    private var refused: Growth?
    private var lookedAt: UInt64?

    /// - Parameter floorByteCount: what is to stay free; a twentieth of the disk where that is more.
    init(path: String, floorByteCount: UInt64) {
        self.path = path
        self.floorByteCount = floorByteCount
    }

    /// Also where the disk does not say: then writing finds out.
    var hasRoom: Bool {
        lock.lock()
        defer { lock.unlock() }
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let now = UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
        if let lookedAt, now < lookedAt + Self.nanoseconds { return refused == nil }
        lookedAt = now
        guard let space = DiskSpace(of: path) else { return true }
        refused = space.refused(floor: space.floor(atLeast: floorByteCount), before: refused)
        return refused == nil
    }
}
