import Wire

/// Which files wait to be uploaded and who waits for them, while one caller uploads for all.
struct FileRun {
    typealias Waiter = CheckedContinuation<Void, Never>
    typealias Watcher = @Sendable (FileProgress) -> Void

    private(set) var isRunning = false
    /// The one that is being uploaded.
    private(set) var current: UInt64?
    /// The lines of what waits, oldest first; `nil` until the store was asked.
    private(set) var pending: [UInt64]?
    /// What this run leaves to a later one.
    private var held: Set<UInt64> = []
    /// How far each has come, in this process. Never goes back.
    private var progress: [UInt64: FileProgress] = [:]
    private var watchers: [UInt64: Watcher] = [:]
    /// Hears of all of them.
    var observer: (@Sendable (_ index: UInt64, FileProgress) -> Void)?
    private var failures: [UInt64: ClientError] = [:]
    private var waiters: [Waiter] = []
    /// What is being sealed and has no record yet: how many, and how many bytes.
    private(set) var sealing: (count: Int, byteCount: UInt64) = (0, 0)

    mutating func load(_ indices: [UInt64]) { pending = indices.sorted() }

    mutating func added(_ index: UInt64) { pending?.append(index) }

    /// It waits no more. Whoever watches it hears why, where it is not a message.
    mutating func removed(_ index: UInt64, _ failure: ClientError? = nil) {
        pending?.removeAll { $0 == index }
        progress[index] = nil
        if let failure, watchers[index] != nil { failures[index] = failure }
        wake()
    }

    /// Everything that waits is tried once.
    mutating func begin() {
        isRunning = true
        held = []
    }

    /// The oldest that this run has not put off; it is the current one from here on.
    mutating func next() -> UInt64? {
        current = pending?.first { !held.contains($0) }
        return current
    }

    /// Leaves it to a later run.
    mutating func hold(_ index: UInt64, _ failure: ClientError) {
        held.insert(index)
        if watchers[index] != nil { failures[index] = failure }
        wake()
    }

    /// Whether it waits, and this run has not put it off.
    func isOpen(_ index: UInt64) -> Bool { pending?.contains(index) == true && !held.contains(index) }

    /// - Parameter failure: why nothing more goes out now, for whoever still waits.
    mutating func end(_ failure: ((UInt64) -> ClientError)?) {
        isRunning = false
        current = nil
        if let failure { for index in watchers.keys where failures[index] == nil { failures[index] = failure(index) } }
        wake()
    }

    mutating func began(sealing byteCount: UInt64) {
        sealing.count += 1
        sealing.byteCount += byteCount
    }

    mutating func ended(sealing byteCount: UInt64) {
        sealing.count -= 1
        sealing.byteCount -= byteCount
    }

    // MARK: Who watches

    mutating func watch(_ index: UInt64, _ watcher: @escaping Watcher) { watchers[index] = watcher }

    mutating func unwatch(_ index: UInt64) {
        watchers[index] = nil
        failures[index] = nil
    }

    func isWatched(_ index: UInt64) -> Bool { watchers[index] != nil }

    mutating func takeFailure(_ index: UInt64) -> ClientError? { failures.removeValue(forKey: index) }

    /// Says how far it is, unless that was said already.
    mutating func report(_ index: UInt64, _ doneByteCount: UInt64, of byteCount: UInt64) {
        let done = max(doneByteCount, progress[index]?.doneByteCount ?? 0)
        let fresh = FileProgress(doneByteCount: min(done, byteCount), byteCount: byteCount)
        guard fresh != progress[index] else { return }
        progress[index] = fresh
        watchers[index]?(fresh)
        observer?(index, fresh)
    }

    func doneByteCount(_ index: UInt64) -> UInt64 { progress[index]?.doneByteCount ?? 0 }

    mutating func wait(_ waiter: Waiter) { waiters.append(waiter) }

    private mutating func wake() {
        let due = waiters
        waiters = []
        for waiter in due { waiter.resume() }
    }
}
