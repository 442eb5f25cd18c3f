import Wire

/// A file that gets its name when it is whole. Until then it has a random one beside it, and none when it never is.
///
/// Others may write to the folder: nothing of theirs is opened, followed or cut, whatever they name it.
package final class NewFile {
    private let path: String
    private let folder: String
    private let partial: String
    private let isReplacing: Bool
    private let file: OpenFile
    /// So many bytes it has.
    private(set) var byteCount = 0
    /// Whether what there is of it goes with this value.
    private var isLeft = false

    /// For its owner's eyes, mode 0600.
    /// - Parameters:
    ///   - path: what the file shall be called.
    ///   - isReplacing: whether it may take the place of another file.
    /// - Throws: ``LocalStoreError``, also where something is there already.
    package convenience init(_ path: String, replacing isReplacing: Bool = false) throws(LocalStoreError) {
        try self.init(path, replacing: isReplacing, partial: .random())
    }

    /// - Parameter partial: what is in its name until it has its own.
    init(_ path: String, replacing isReplacing: Bool = false, partial: MediaID) throws(LocalStoreError) {
        self.path = path
        self.isReplacing = isReplacing
        folder = Self.folder(of: path)
        self.partial = Self.partial(partial, of: path)
        guard isReplacing || !FileSystem.isTaken(path) else { throw .alreadyThere("create \(path)") }
        file = try OpenFile(self.partial, .making, "create \(path)")
    }

    /// Goes on with one that was left (``leave()``), from its first `byteCount` bytes; the rest of it is cut off.
    /// - Throws: ``LocalStoreError`` unless it is a file of our own with so many bytes, under one name, for our eyes
    ///   alone.
    init(_ path: String, resuming partial: MediaID, byteCount: Int) throws(LocalStoreError) {
        self.path = path
        isReplacing = false
        folder = Self.folder(of: path)
        self.partial = Self.partial(partial, of: path)
        self.byteCount = byteCount
        // Whatever lies there now may be somebody else's: it is left alone until it is known to be ours.
        isLeft = true
        file = try OpenFile(self.partial, .changing, "open what there is of \(path)")
        guard let status = file.status, status.isRegular, status.isOursAlone, status.byteCount >= byteCount else {
            throw .notWhatItWas("go on with \(path)")
        }
        try file.cut(to: byteCount, "go on with \(path)")
        isLeft = false
    }

    deinit {
        if !isLeft { FileSystem.remove(partial) }
    }

    private static func folder(of path: String) -> String {
        path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "./"
    }

    /// Not the name with something behind it: that may be longer than a name can be.
    private static func partial(_ partial: MediaID, of path: String) -> String {
        "\(folder(of: path)).\(partial).partial"
    }

    /// Removes what was left of one, where it still is a file of ours; nothing else.
    static func remove(_ partial: MediaID, of path: String) {
        // Opened to be looked at, and unlinked with the value.
        _ = try? NewFile(path, resuming: partial, byteCount: 0)
    }

    /// Whether what was left of one has the name already: a crash came between the two.
    static func isNamed(_ partial: MediaID, _ path: String) -> Bool {
        FileSystem.isOneFile(path, self.partial(partial, of: path))
    }

    /// Takes the other name from one that ``isNamed(_:_:)``.
    static func removeSecondName(_ partial: MediaID, of path: String) {
        FileSystem.remove(self.partial(partial, of: path))
    }

    /// What there is stays beside the name when this value goes, to be gone on with.
    func leave() { isLeft = true }

    /// Makes durable what there is.
    /// - Throws: ``LocalStoreError``.
    func flush() throws(LocalStoreError) { try file.syncBytes("write \(path)") }

    /// Bytes that it has already; `nil` when the system fails.
    func bytes(at offset: Int, count: Int) -> [UInt8]? { file.bytes(at: offset, count: count) }

    /// More of its bytes. Not yet durable.
    /// - Throws: ``LocalStoreError``.
    package func append(_ bytes: [UInt8]) throws(LocalStoreError) {
        try file.write(bytes, at: byteCount)
        byteCount += bytes.count
    }

    /// Makes the bytes durable, then gives the file its name.
    /// - Throws: ``LocalStoreError``; then nothing has the name that had it not before.
    package func finish() throws(LocalStoreError) {
        try file.sync("write \(path)")
        if isReplacing {
            try FileSystem.rename(partial, to: path, "rename \(path)")
        } else {
            try FileSystem.rename(partial, toFree: path, "name \(path)")
        }
        isLeft = true
        // A folder that cannot be synced holds the whole file all the same.
        _ = FileSystem.sync(folder: folder)
    }

    /// A whole file at once, in place of the one that was there.
    /// - Throws: ``LocalStoreError``; then the old one is as it was.
    package static func write(_ bytes: [UInt8], to path: String) throws(LocalStoreError) {
        let file = try NewFile(path, replacing: true)
        try file.append(bytes)
        try file.finish()
    }
}
