public import Wire

/// Why a store could not be opened. Each text names the file or folder by its last component, and the way out.
public enum StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The folder or a file in it cannot be made, read or written. `reason` is the system's.
    case unreachable(name: String, reason: String)
    /// Another process has the store open.
    case locked(folder: String)
    /// The store was written by a program that keeps it otherwise.
    case otherFormat(file: String, found: Int, known: Int)
    /// The file is not a store, or is damaged beyond opening.
    case damaged(file: String, reason: String)
    /// Something that was accepted is not there.
    case lost(folder: String, Loss)
    /// What is left is of two moments, or damaged; `reason` says what is wrong with it.
    case unacceptable(folder: String, reason: String)
    /// Nothing is lost, so that there is nothing to accept.
    case nothingLost(folder: String)
    /// Rows lead to files of media, and their folder has no file at all.
    case noMedia(folder: String)
    /// There is no database file where one was.
    case traces(folder: String, found: String)
    /// The file does not say which shard it is, or its word is damaged.
    case noShard(file: String)
    /// The store is another shard than the one that was asked for.
    case otherShard(file: String, found: Shard, wanted: Shard)
    /// The disk is full.
    case full(folder: String)
    /// A value of the configuration is out of its bounds.
    case configuration(setting: String, allowed: String)

    public var description: String {
        switch self {
        case .unreachable(let name, let reason):
            "Cannot open \"\(name)\": \(reason). Check that it exists and belongs to the user this runs as."
        case .locked(let folder):
            "The store in \"\(folder)\" is in use by another process. Stop that one, or choose another folder."
        case .otherFormat(let file, let found, let known):
            "\"\(file)\" has format \(found), and this program knows \(known). Use the program that wrote it, "
                + "or choose another folder."
        case .damaged(let file, let reason):
            "\"\(file)\" is damaged or not a store (\(reason)). Restore it from a backup; nothing was changed."
        case .lost(let folder, let loss):
            "The store in \"\(folder)\" \(loss). Restore it from a backup, or go on with what is left: "
                + "sottod accept-loss."
        case .unacceptable(let folder, let reason):
            "What is left of the store in \"\(folder)\" is damaged or not of one moment (\(reason)): restore a backup; "
                + "nothing was changed."
        case .nothingLost(let folder):
            "The store in \"\(folder)\" lacks nothing at its end. Should the server not start, it says why."
        case .noMedia(let folder):
            "The folder of media \"\(folder)\" has no files, and the store leads to some. Mount or restore it; where "
                + "they are lost for good, put any file into the folder and start again."
        case .traces(let folder, let found):
            "There is no sotto.db in \"\(folder)\", though \"\(found)\" says that a store was there: put it back, or "
                + "choose an empty folder."
        case .noShard(let file):
            "\"\(file)\" does not say which shard it is, or its word is damaged. Restore it from a backup; nothing was "
                + "changed."
        case .otherShard(let file, let found, let wanted):
            "\"\(file)\" is shard \(found) for as long as it lives: leave --shard \(wanted) out, or choose another "
                + "folder."
        case .full(let folder):
            "The disk that holds \"\(folder)\" is full. Free some space and start again."
        case .configuration(let setting, let allowed):
            "\(setting) is out of bounds: it must be \(allowed)."
        }
    }
}

extension Loss: CustomStringConvertible {
    /// What follows "The store".
    public var description: String {
        switch self {
        case .changes(1): "has lost the last change that it had accepted"
        case .changes(let count): "has lost the last \(count) changes that it had accepted"
        case .logDamaged: "has a damaged write-ahead log and may have lost what it accepted last"
        case .logMissing: "has lost its write-ahead log, with what it accepted last"
        case .logOfAnotherMoment: "has a write-ahead log of another moment"
        case .anotherHistory: "is not the one that its sotto.end speaks of"
        case .acceptanceCut: "was about to go on after a loss when that was cut short"
        case .noteMissing: "has no sotto.end, so that nobody knows whether it is whole"
        case .noteUnreadable: "has a damaged sotto.end, so that nobody knows whether it is whole"
        }
    }
}
