import Glibc
import Synchronization

/// How far something long is, in one row of a terminal that is written over. Nothing where nobody watches.
enum ProgressLine {
    /// What the row says now; `nil` while there is none.
    private static let shown = Mutex<String?>(nil)

    /// Whether standard error is a terminal.
    static var isWatched: Bool { isatty(STDERR_FILENO) == 1 }

    /// - Parameter isLast: nothing follows in this row.
    static func show(_ text: String, isLast: Bool) {
        guard isWatched else { return }
        shown.withLock { (shown) in
            guard shown != text else { return }
            // Blanks take away what was longer, on every terminal.
            let rest = String(repeating: " ", count: max(0, (shown?.count ?? 0) - text.count))
            put("\r" + text + rest + (isLast ? "\n" : ""))
            shown = isLast ? nil : text
        }
        Silence.begin()
    }

    /// Something else is written: it begins a row of its own.
    static func leave() {
        shown.withLock { (shown) in
            if shown != nil { put("\n") }
            shown = nil
        }
    }

    private static func put(_ text: String) {
        let bytes = Array(text.utf8)
        // Where a terminal takes nothing any more nobody watches.
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}
