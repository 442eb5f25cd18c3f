import Wire

/// Where spools lie: in the client's folder, each under a name of `spool-` and 22 random characters.
struct SpoolFolder: Sendable {
    private static let prefix = "spool-"
    /// The client's folder.
    let folder: String

    static func newName() -> String { "\(prefix)\(MediaID.random())" }

    /// Whether a name could be one of ours: it then leads nowhere else.
    static func isName(_ name: String) -> Bool {
        name.hasPrefix(prefix) && MediaID(text: String(name.dropFirst(prefix.count))) != nil
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// One that cannot be removed now is removed at the next start.
    func remove(_ name: String) {
        if Self.isName(name) { FileSystem.remove(path(name)) }
    }

    /// Whether the names in it are durable now.
    func sync() -> Bool { FileSystem.sync(folder: folder) }

    /// Removes what a crash has left between a spool and its record.
    /// - Parameter known: names that a record has.
    func removeUnknown(except known: Set<String>) {
        for name in FileSystem.names(in: folder) where !known.contains(name) { remove(name) }
    }
}
