import SQLite

/// What of a store's end is not as it was noted.
public enum Loss: Sendable, Equatable {
    /// The store counts so many less than it did.
    case changes(UInt64)
    /// A frame of the write-ahead log, or its head, is damaged.
    case logDamaged
    /// The write-ahead log is gone, and not all of it was in the database file.
    case logMissing
    /// The write-ahead log is not the one that belongs to the database file.
    case logOfAnotherMoment
    /// The database file has as much as was noted, and of another history.
    case anotherHistory
    /// Somebody accepted a loss, and that was cut short.
    case acceptanceCut
    case noteMissing
    case noteUnreadable
}

/// Holds what is there against what was noted. Looks at the files only before SQLite does, and changes nothing.
struct EndCheck {
    /// SQLite begins the log anew with a salt that is one more, for as long as the log is there; so many times at most
    /// between a note and a later moment.
    private static let generationsMax: UInt32 = 65_536

    let content: EndFile.Content
    let head: WriteAheadLog.Head
    let extent: WriteAheadLog.Extent
    /// The end of the last commit in the log.
    let end: WriteAheadLog.Place?
    /// Pages of the database that are neither in its file nor in the log: the file was cut.
    let missingPageCount: Int
    /// What stands where the note says that the log ends.
    private let notedPlace: WriteAheadLog.Place?

    /// - Throws: ``StoreError/unreachable(name:reason:)`` where the note or the database may not be read,
    ///   ``StoreError/damaged(file:reason:)`` where the latter is none.
    init(folder: String, databasePath: String) throws(StoreError) {
        content = try EndFile.content(in: folder)
        let database = try StoreFolder.head(of: databasePath)
        guard let log = WriteAheadLog(of: databasePath), case .sound(let generation) = log.head else {
            head = WriteAheadLog.head(of: databasePath)
            (extent, end, notedPlace) = (WriteAheadLog.Extent(), nil, nil)
            missingPageCount = database.missingPageCount
            return
        }
        head = .sound(generation)
        extent = log.extent(of: generation)
        missingPageCount = database.missingPageCount(with: log, generation, extent)
        end = log.place(ofFrame: extent.committedCount, of: generation)
        let noted = content.note?.log?.frameCount ?? 0
        notedPlace = noted <= extent.soundCount ? log.place(ofFrame: noted, of: generation) : nil
    }

    var note: EndNote? { content.note }

    /// - Throws: ``StoreError/damaged(file:reason:)`` where the database file was cut.
    func requireWhole() throws(StoreError) {
        guard missingPageCount > 0 else { return }
        throw .damaged(file: databaseName, reason: "it ends \(missingPageCount) pages early")
    }

    // MARK: What is lost

    /// - Parameter recovered: the moment that SQLite finds.
    func loss(_ recovered: Moment) -> Loss? {
        switch content {
        case .missing: return .noteMissing
        case .unreadable: return .noteUnreadable
        case .note(let note):
            if note.flags.contains(.accepting) { return .acceptanceCut }
            let logLoss = logLoss(note)
            // Whatever SQLite found through such a log is of no moment.
            if logLoss == .logOfAnotherMoment { return logLoss }
            if recovered.history != note.moment.history { return .anotherHistory }
            if recovered.number < note.moment.number { return .changes(note.moment.number - recovered.number) }
            if recovered.number == note.moment.number, recovered.chain != note.moment.chain { return .anotherHistory }
            if recovered.number > note.moment.number, !mayGoFurther(note) { return .anotherHistory }
            return logLoss
        }
    }

    /// What the log alone says.
    var logLoss: Loss? { note.flatMap { logLoss($0) } }

    private func logLoss(_ note: EndNote) -> Loss? {
        if note.flags.contains(.accepting) { return nil }
        switch head {
        case .absent: return mayBeGone(note) ? nil : .logMissing
        case .damaged: return .logDamaged
        case .sound(let generation):
            if note.flags.contains(.closed) { return extent.committedCount == 0 ? nil : .logOfAnotherMoment }
            guard let noted = note.log else { return nil }
            if generation.salts == noted.salts { return notedPlace == noted ? nil : .logDamaged }
            // Cut by one connection, the log gets other salts from another.
            if note.flags.contains(.emptying) { return nil }
            let isLater = (1...Self.generationsMax).contains(generation.count &- noted.generation)
            return isLater ? nil : .logOfAnotherMoment
        }
    }

    /// Whether the store may have come further than its note: when the last notes did not get to the disk. What was
    /// committed after the note is in frames behind the noted ones, or in a later log; or the log was just emptied.
    private func mayGoFurther(_ note: EndNote) -> Bool {
        guard case .sound(let generation) = head, extent.committedCount > 0 else {
            return note.flags.contains(.emptying)
        }
        return generation.salts != note.log?.salts || extent.committedCount > note.log?.frameCount ?? 0
    }

    /// Whether all that the log had was in the database file before the log could go. What was never copied there is
    /// missed by its number.
    private func mayBeGone(_ note: EndNote) -> Bool {
        note.log == nil || note.flags.contains(.emptying) || note.copyingThrough <= note.copiedThrough
    }

    // MARK: What is left

    /// Whether what is left may be of two moments: pages of the log were copied into the database file that are newer
    /// than the end of what is left of the log. Where nothing is left, the file alone is of one moment unless it was
    /// just being written.
    func isMixed(_ recovered: Moment) -> Bool {
        guard let note, let loss = loss(recovered) else { return false }
        switch loss {
        case .logOfAnotherMoment, .anotherHistory: return true
        // It was looked through before; what was written since is of the one moment that it was found at.
        case .noteMissing, .noteUnreadable, .acceptanceCut: return false
        // Who else than SQLite can have brought the newest of it into the file? It is looked through all the same.
        case .logMissing: return false
        case .changes, .logDamaged:
            guard let noted = note.log else { return false }
            let isSame = if case .sound(let generation) = head { generation.salts == noted.salts } else { false }
            let left = isSame ? extent.committedCount : 0
            if isSame, left >= noted.frameCount { return false }
            if note.flags.contains(.emptying) { return true }
            return note.copyingThrough > (left == 0 ? note.copiedThrough : left)
        }
    }
}

extension EndFile.Content {
    fileprivate var note: EndNote? { if case .note(let note) = self { note } else { nil } }
}

extension WriteAheadLog.Place {
    fileprivate var generation: UInt32 { UInt32(salts >> 32) }
}
