import SQLite
import Threads

/// Looks at the disk once a second, on a thread of its own, and says what is refused so that it does not run full;
/// and keeps the reserve for when it does all the same.
///
/// Pages that are free within the database count as free: what is deleted leaves them, and the file never shrinks.
final class DiskWatch: @unchecked Sendable {
    // Unchecked because `lock` guards the fields; the connection belongs to the watch's thread.
    static let milliseconds = 1_000

    private let folder: String
    private let floorByteCountMin: UInt64
    private let connection: Connection
    private let lock = Lock()
    private let reserve: ReserveFile
    /// What the reserve holds where the disk has room for it.
    let reserveByteCount: Int
    private var state: DiskState
    private var changed: (@Sendable (DiskState) -> Void)?
    private let thread = ThreadRest()

    /// - Parameter connection: one of its own, for reading.
    init(_ house: StoreFolder, _ connection: Connection, floor: UInt64, reserve: Int) throws(StoreError) {
        folder = house.path
        floorByteCountMin = floor
        self.connection = connection
        // A small disk has better use for it.
        let share = DiskSpace(of: house.path).map { Int(clamping: $0.byteCount / 16) } ?? reserve
        reserveByteCount = min(reserve, share)
        self.reserve = try ReserveFile(in: house.path, byteCount: reserveByteCount)
        state = DiskState(freeByteCount: 0, floorByteCount: 0, refused: nil, hasReserve: self.reserve.isHeld)
        look()
    }

    /// The last of what is refused; `nil` where nothing is.
    var refused: Growth? { lock.withLock { state.refused } }

    var current: DiskState { lock.withLock { state } }

    /// Tells what is so now, where anything is refused, and from then on when that changes. On the watch's thread, or
    /// the writer's when it gave the reserve up.
    func onChange(_ body: @escaping @Sendable (DiskState) -> Void) {
        let now = lock.withLock {
            changed = body
            return state
        }
        if now.refused != nil { body(now) }
    }

    /// The writer found the disk full: from here on only what grows nothing is taken, with what the reserve held.
    /// - Returns: whether there was a reserve.
    func giveUpReserve() -> Bool {
        lock.lock()
        let wasHeld = reserve.giveUp()
        let told = change { (state) in
            state.hasReserve = false
            state.refused = .messages
        }
        lock.unlock()
        told?()
        return wasHeld
    }

    // MARK: The thread

    func work() {
        while thread.rest(milliseconds: Self.milliseconds) { look() }
        connection.close()
        thread.ended()
    }

    func close() { thread.end() }

    /// One look. Where the disk does not say, nothing is refused: then writing finds out.
    private func look() {
        guard var space = DiskSpace(of: folder) else { return }
        let floor = space.floor(atLeast: floorByteCountMin)
        let onDisk = space.freeByteCount
        // Asked for only where it may matter.
        if onDisk < floor / 8 * 9 { space.freeByteCount += freePageByteCount }
        lock.lock()
        if !reserve.isHeld, onDisk >= max(floor / 4, UInt64(reserveByteCount) * 2) { reserve.take() }
        let told = change { (state) in
            state.freeByteCount = onDisk
            state.floorByteCount = floor
            state.hasReserve = reserve.isHeld
            state.refused =
                reserve.isPossible && !reserve.isHeld
                ? refusedInReserve(free: onDisk) : space.refused(floor: floor, before: state.refused)
        }
        lock.unlock()
        told?()
    }

    /// What was given up, or was not there to take, is what is being lived on. Its last quarter is for what makes room:
    /// each login leaves a row.
    private func refusedInReserve(free: UInt64) -> Growth {
        free < UInt64(reserveByteCount) / 4 ? .logins : .messages
    }

    /// With the lock.
    /// - Returns: what tells of it, where it is to be told.
    private func change(_ body: (inout DiskState) -> Void) -> (() -> Void)? {
        let before = state.refused
        body(&state)
        guard state.refused != before, let changed else { return nil }
        let now = state
        return { changed(now) }
    }

    private var freePageByteCount: UInt64 {
        let count = try? connection.first("PRAGMA freelist_count") { $0.integer(0) }
        return UInt64(max(0, (count ?? nil) ?? 0)) * UInt64(Checkpointer.pageByteCount)
    }
}
