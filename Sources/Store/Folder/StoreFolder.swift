import SQLite
import Glibc

/// The one database file in a store's folder.
let databaseName = "sotto.db"

/// The folder of a store, held by this process alone for as long as this value lives.
final class StoreFolder {
    let path: String
    private let lockFile: Int32
    /// Whether the database file was made just now.
    let isNew: Bool

    var databasePath: String { path + "/" + databaseName }

    /// Makes the folder (0700) and its files (0600) where they are missing, and takes the lock.
    init(_ folder: String) throws(StoreError) {
        path = folder
        let name = Self.lastComponent(folder)
        if mkdir(folder, 0o700) != 0, errno != EEXIST { throw Self.failed(name) }
        guard chmod(folder, 0o700) == 0 else { throw Self.failed(name) }
        lockFile = try Self.makeFile(folder + "/lock")
        guard flock(lockFile, LOCK_EX | LOCK_NB) == 0 else {
            let isTaken = errno == EWOULDBLOCK
            let error = isTaken ? StoreError.locked(folder: name) : Self.failed("lock")
            close(lockFile)
            throw error
        }
        do throws(StoreError) {
            let database = try Self.makeFile(path + "/" + databaseName)
            defer { close(database) }
            isNew = lseek(database, 0, SEEK_END) == 0
            try Self.sync(folder)
        } catch {
            close(lockFile)
            throw error
        }
    }

    deinit {
        // A child that another thread forks at this moment has a copy of the descriptor until it runs its program.
        flock(lockFile, LOCK_UN)
        close(lockFile)
    }

    static func lastComponent(_ path: String) -> String {
        path.split(separator: "/").last.map { String($0) } ?? path
    }

    /// What a failure means for one who opens the store.
    static func error(_ error: SQLiteError) -> StoreError {
        switch error {
        case .damaged(let table): return .damaged(file: databaseName, reason: "a row of \(table)")
        case .failed(let code):
            let reason = SQLiteError.text(ofCode: code)
            switch SQLiteError.cause(ofCode: code) {
            case .corrupt: return .damaged(file: databaseName, reason: reason)
            case .full: return .full(folder: databaseName)
            case .busy, .outOfMemory, .unknownOutcome, .stopped, .other:
                return .unreachable(name: databaseName, reason: reason)
            }
        }
    }

    private static func makeFile(_ path: String) throws(StoreError) -> Int32 {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failed(lastComponent(path)) }
        guard fchmod(file, 0o600) == 0 else {
            let error = failed(lastComponent(path))
            close(file)
            throw error
        }
        return file
    }

    /// A file that was made is there after a power cut only when its folder was synced.
    private static func sync(_ folder: String) throws(StoreError) {
        let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw failed(lastComponent(folder)) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw failed(lastComponent(folder)) }
    }

    private static func failed(_ name: String) -> StoreError {
        errno == ENOSPC ? .full(folder: name) : .unreachable(name: name, reason: String(cString: strerror(errno)))
    }
}
