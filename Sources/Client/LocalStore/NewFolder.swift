/// That a folder had no store before it was opened: where no account begins in it, it is left as it was.
struct NewFolder: Sendable {
    private let folder: String
    /// Whether there was not even a folder.
    private let isWhollyNew: Bool

    /// `nil` where anything of a store is there already, or may be. Looks before anything is made.
    init?(_ folder: String) {
        guard !Self.names.contains(where: { FileSystem.mayHave("\(folder)/\($0)") }) else { return nil }
        self.folder = folder
        isWhollyNew = !FileSystem.mayHave(folder)
    }

    private static var names: [String] {
        [StoreFile.databaseName, StoreFile.databaseName + "-wal", "key", "lock"]
    }

    /// Takes away what was made, and nothing else. The store that is open there holds its lock, so nobody else has
    /// begun anything with it.
    func takeAway() {
        for name in Self.names { FileSystem.remove("\(folder)/\(name)") }
        if isWhollyNew { FileSystem.removeFolder(folder) }
    }
}
