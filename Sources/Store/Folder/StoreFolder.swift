import SQLite
import Glibc
import Wire

/// The one database file in a store's folder.
let databaseName = "sotto.db"

/// The folder of a store, held by this process alone for as long as this value lives.
///
/// The lock is on the folder and on the database file themselves, not on a file beside them that could be removed.
final class StoreFolder {
    let path: String
    private let folder: Int32
    private let database: Int32

    var databasePath: String { path + "/" + databaseName }

    /// What messages call it by.
    var name: String { Self.lastComponent(path) }

    /// Takes the lock. Makes the folder (0700) and founds a store in it where there is none, or sees that there is one.
    /// - Parameter founding: of a store where there is none; `nil` where none is to be made.
    init(_ folder: String, founding: Founding?) throws(StoreError) {
        path = folder
        let name = Self.lastComponent(folder)
        if founding != nil { try Self.makeFolder(folder) }
        self.folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard self.folder >= 0 else { throw Self.failed(name) }
        var opened: Int32 = -1
        do throws(StoreError) {
            if founding != nil, fchmod(self.folder, 0o700) != 0 { throw Self.failed(name) }
            try Self.lock(self.folder, at: folder, of: name)
            if !Self.isFounded(folder) {
                try Self.refuseTraces(in: folder)
                guard let founding else { throw StoreError.unreachable(name: databaseName, reason: "there is none") }
                try founding.found(in: folder)
            }
            opened = open(folder + "/" + databaseName, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
            guard opened >= 0, fchmod(opened, 0o600) == 0 else { throw Self.failed(databaseName) }
            try Self.lock(opened, at: folder + "/" + databaseName, of: name)
        } catch {
            if opened >= 0 { close(opened) }
            Self.letGo(of: self.folder)
            throw error
        }
        database = opened
    }

    /// When this runs no connection may be open any more: closing any descriptor of a file lets go of the locks that
    /// SQLite has on it.
    deinit {
        Self.letGo(of: database)
        Self.letGo(of: folder)
    }

    /// A child that another thread forks at this moment has a copy of the descriptor until it runs its program.
    private static func letGo(of file: Int32) {
        flock(file, LOCK_UN)
        close(file)
    }

    /// Locks a file that was opened by its path, and sees that the path still leads to it.
    private static func lock(_ file: Int32, at path: String, of name: String) throws(StoreError) {
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK ? .locked(folder: name) : failed(name)
        }
        var held = stat()
        var found = stat()
        guard fstat(file, &held) == 0, stat(path, &found) == 0 else { throw failed(name) }
        guard held.st_dev == found.st_dev, held.st_ino == found.st_ino else { throw .locked(folder: name) }
    }

    private static func makeFolder(_ path: String) throws(StoreError) {
        guard mkdir(path, 0o700) != 0 else {
            let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            return try sync(parent.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : parent)
        }
        guard errno == EEXIST else { throw failed(lastComponent(path)) }
    }

    // MARK: Traces

    /// A store that is not there but was is not founded anew: its loss would be told by nobody.
    private static func refuseTraces(in folder: String) throws(StoreError) {
        let name = lastComponent(folder)
        switch try EndFile.content(in: folder) {
        case .missing: break
        // Its making was cut short, and nothing was ever kept in it.
        case .note(let note) where note.flags.contains(.founding): break
        case .note, .unreadable: throw .traces(folder: name, found: EndFile.name)
        }
        if byteCount(folder + "/" + databaseName + "-wal") > 0 {
            throw .traces(folder: name, found: databaseName + "-wal")
        }
        if hasFiles(folder + "/media") { throw .traces(folder: name, found: "media") }
    }

    /// Whether there is a file in a folder, or in one within.
    static func hasFiles(_ folder: String) -> Bool {
        guard let stream = opendir(folder) else { return false }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { (raw) in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            var status = stat()
            guard lstat(folder + "/" + name, &status) == 0 else { continue }
            if status.st_mode & S_IFMT != S_IFDIR || hasFiles(folder + "/" + name) { return true }
        }
        return false
    }

    // MARK: Files

    /// Whether there is a store in a folder, or none is made yet.
    static func isFounded(_ folder: String) -> Bool { byteCount(folder + "/" + databaseName) > 0 }

    /// Whether no process holds the folder.
    static func isFree(_ folder: String) -> Bool {
        let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { letGo(of: file) }
        return flock(file, LOCK_SH | LOCK_NB) == 0
    }

    /// Looks at the head of a database file before anything else does: what is no store, or is of another program,
    /// is said to be that and nothing worse.
    static func requireFormat(of databasePath: String) throws(StoreError) {
        let found = try head(of: databasePath).format
        guard found == StoreSchema.format else {
            throw .otherFormat(file: databaseName, found: found, known: StoreSchema.format)
        }
    }

    /// - Throws: ``StoreError/damaged(file:reason:)`` for what does not begin as a database does;
    ///   ``StoreError/unreachable(name:reason:)``.
    static func head(of databasePath: String) throws(StoreError) -> DatabaseHead {
        do throws(DatabaseHead.Failure) {
            return try DatabaseHead(of: databasePath)
        } catch {
            switch error {
            case .unreadable(let code): throw .unreachable(name: databaseName, reason: String(cString: strerror(code)))
            case .foreign(let reason): throw .damaged(file: databaseName, reason: reason)
            }
        }
    }

    /// A connection for one who only looks, whether or not a server runs. Of a store that was closed no file is made.
    static func look(in folder: String) throws(SQLiteError) -> Connection {
        let path = folder + "/" + databaseName
        let isClosed = isFree(folder) && byteCount(path + "-wal") == 0
        return try Connection(path: path, access: isClosed ? .readOnlyUnchanging : .readOnly)
    }

    /// Zero where there is no such file.
    static func byteCount(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
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

    /// A file that was made is there after a power cut only when its folder was synced.
    static func sync(_ folder: String) throws(StoreError) {
        let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw failed(lastComponent(folder)) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw failed(lastComponent(folder)) }
    }

    static func failed(_ name: String) -> StoreError {
        errno == ENOSPC ? .full(folder: name) : .unreachable(name: name, reason: String(cString: strerror(errno)))
    }
}
