import Client

/// A watcher's own copy of a timeline, made of nothing but what each update says has changed.
struct WatchedWindow {
    private(set) var lines: [Line] = []
    private var hasOlder = true
    private var hasNewer = true
    private var wasTold = false
    /// The first number that belongs to it, and the last.
    private var floor: UInt64 = .max
    private var ceiling: UInt64 = 0

    /// Applies an update.
    /// - Returns: what is wrong with it; `nil` where nothing.
    mutating func apply(_ update: Timeline.Update) -> String? {
        let new = Dictionary(update.snapshot.lines.map { ($0.id, $0) }, uniquingKeysWith: { (first, _) in first })
        let old = Dictionary(lines.map { ($0.id, $0) }, uniquingKeysWith: { (first, _) in first })
        if new.count != update.snapshot.lines.count { return "has a line twice" }
        let changes = update.inserted + update.changed + update.removed
        if Set(changes).count != changes.count { return "names a line twice" }
        let isOther = update.snapshot.hasOlder != hasOlder || update.snapshot.hasNewer != hasNewer || !wasTold
        if changes.isEmpty, !isOther { return "says nothing" }
        for id in update.inserted where old[id] != nil || new[id] == nil { return "inserts what was there" }
        for id in update.changed where old[id] == nil || new[id] == nil || old[id] == new[id] {
            return "changes what has not changed"
        }
        for id in update.removed where old[id] == nil || new[id] != nil { return "removes what was not there" }
        let gone = Set(update.removed)
        let fresh = Set(update.inserted + update.changed)
        lines = lines.filter { !gone.contains($0.id) && !fresh.contains($0.id) }
        lines += update.snapshot.lines.filter { fresh.contains($0.id) }
        lines.sort { $0.number < $1.number }
        (hasOlder, hasNewer, wasTold) = (update.snapshot.hasOlder, update.snapshot.hasNewer, true)
        floor = hasOlder ? min(floor, lines.first?.number.rawValue ?? floor) : 0
        ceiling = hasNewer ? max(ceiling, lines.last?.number.rawValue ?? ceiling) : .max
        return lines == update.snapshot.lines ? nil : "does not lead to its own snapshot"
    }

    /// Whether it shows what it should of a whole chat.
    func isEqual(to chat: [Line]) -> Bool {
        wasTold && lines == chat.filter { $0.number.rawValue >= floor && $0.number.rawValue <= ceiling }
    }
}
