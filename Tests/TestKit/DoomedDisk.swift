import CDoom
import Threads

/// A way to the disk for SQLite on which a test decides over each change of a file.
package final class DoomedDisk: @unchecked Sendable {
    // Unchecked because its judge is called by the one thread that uses the database.

    /// What is about to happen.
    package enum Change: Int32 {
        case write, sync, truncate, delete
    }

    /// What becomes of it.
    package enum Verdict: Int32 {
        case done, fails, doneAndFails, full
    }

    private static let count = Guarded(0)

    /// What SQLite knows it by.
    package let name: String
    private let judge: (Change) -> Verdict

    /// Known to SQLite from now on, and for as long as the process lives.
    package init(_ judge: @escaping (Change) -> Verdict) {
        self.judge = judge
        let number = Self.count.withLock { (count) in
            count += 1
            return count
        }
        name = "doom-\(number)"
        // Kept: a file may be open when whoever made this is gone.
        let context = Unmanaged.passRetained(self).toOpaque()
        let code = doom_register(name, { (context, change) in
            guard let context, let change = Change(rawValue: change) else { return Verdict.fails.rawValue }
            return Unmanaged<DoomedDisk>.fromOpaque(context).takeUnretainedValue().judge(change).rawValue
        }, context)
        precondition(code == 0, "SQLite takes another way to the disk")
    }
}
