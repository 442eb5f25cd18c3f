import Threads
import Wire

/// Which files wait to be uploaded and who waits for them, while one caller uploads for all.
struct FileRun {
    typealias Watcher = @Sendable (FileProgress) -> Void

    private(set) var isRunning = false
    /// The one that is being uploaded.
    private(set) var current: UInt64?
    /// The numbers of what waits, oldest first; `nil` until the store was asked.
    private(set) var pending: [UInt64]?
    /// What this run leaves to a later one.
    private var held: Set<UInt64> = []
    /// How far each has come, in this process. Never goes back.
    private var progress: [UInt64: FileProgress] = [:]
    private var watchers: [UInt64: Watcher] = [:]
    /// The line of each, as far as it can be read.
    private var lines: [UInt64: LineID] = [:]
    /// Hears of all of them.
    var observer: (@Sendable (LineID, FileProgress) -> Void)?
    private var failures: [UInt64: ClientError] = [:]
    /// Opens when something has become of a file, or the run has ended.
    private(set) var news = Latch()
    /// What is being sealed and has no record yet: how many, and how many bytes.
    private(set) var sealing: (count: Int, byteCount: UInt64) = (0, 0)

    mutating func load(_ numbers: [(number: UInt64, line: LineID?)]) {
        pending = numbers.map(\.number).sorted()
        for (number, line) in numbers { lines[number] = line }
    }

    mutating func added(_ number: UInt64, _ line: LineID) {
        pending?.append(number)
        lines[number] = line
    }

    /// It waits no more. Whoever watches it hears why, where it is not a message.
    mutating func removed(_ number: UInt64, _ failure: ClientError? = nil) {
        pending?.removeAll { $0 == number }
        progress[number] = nil
        lines[number] = nil
        if let failure, watchers[number] != nil { failures[number] = failure }
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
    mutating func hold(_ number: UInt64, _ failure: ClientError) {
        held.insert(number)
        if watchers[number] != nil { failures[number] = failure }
        wake()
    }

    /// Whether it waits, and this run has not put it off.
    func isOpen(_ number: UInt64) -> Bool { pending?.contains(number) == true && !held.contains(number) }

    /// Whether something waits that this run has not put off.
    var leavesSome: Bool { pending?.contains { !held.contains($0) } == true }

    /// - Parameter failure: why nothing more goes out now, for whoever still waits.
    mutating func end(_ failure: ((UInt64) -> ClientError)?) {
        isRunning = false
        current = nil
        if let failure {
            for number in watchers.keys where failures[number] == nil { failures[number] = failure(number) }
        }
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

    mutating func watch(_ number: UInt64, _ watcher: @escaping Watcher) { watchers[number] = watcher }

    mutating func unwatch(_ number: UInt64) {
        watchers[number] = nil
        failures[number] = nil
    }

    func isWatched(_ number: UInt64) -> Bool { watchers[number] != nil }

    mutating func takeFailure(_ number: UInt64) -> ClientError? { failures.removeValue(forKey: number) }

    /// Says how far it is, unless that was said already.
    mutating func report(_ number: UInt64, _ doneByteCount: UInt64, of byteCount: UInt64) {
        let done = max(doneByteCount, progress[number]?.doneByteCount ?? 0)
        let fresh = FileProgress(doneByteCount: min(done, byteCount), byteCount: byteCount)
        guard fresh != progress[number] else { return }
        progress[number] = fresh
        watchers[number]?(fresh)
        if let line = lines[number] { observer?(line, fresh) }
    }

    func doneByteCount(_ number: UInt64) -> UInt64 { progress[number]?.doneByteCount ?? 0 }

    private mutating func wake() {
        news.open()
        news = Latch()
    }
}
