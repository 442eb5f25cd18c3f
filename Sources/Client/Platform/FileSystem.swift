import Glibc

/// Names of files and folders.
enum FileSystem {
    /// Makes a folder for its owner's eyes, unless it is there.
    /// - Throws: ``LocalStoreError``.
    static func makeFolder(_ path: String) throws(LocalStoreError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw LocalStoreError(system: "make \(path)") }
    }

    /// Makes durable which names a folder has. Whether that was done.
    static func sync(folder: String) -> Bool {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }

    /// None where the folder cannot be read.
    static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            // In its place: a copy would be of the longest name that there may be, and read behind the last entry.
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { (raw) in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            names.append(name)
        }
        return names
    }

    /// Whether anything has that name, even a link to nowhere.
    static func isTaken(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Whether something may be there: `false` where it is known that there is nothing.
    static func mayHave(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 || (errno != ENOENT && errno != ENOTDIR)
    }

    /// `nil` where there is nothing to be seen.
    static func byteCount(of path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Whether both are names of one file.
    static func isOneFile(_ path: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        return lstat(path, &first) == 0 && lstat(other, &second) == 0 && first.st_ino == second.st_ino
            && first.st_dev == second.st_dev
    }

    /// Takes a name from its file. One that cannot be removed stays.
    static func remove(_ path: String) { unlink(path) }

    /// Takes a folder away that is empty; another stays.
    static func removeFolder(_ path: String) { rmdir(path) }

    /// Whatever has the name loses it.
    /// - Throws: ``LocalStoreError``.
    static func rename(
        _ path: String, to name: String, _ operation: @autoclosure () -> String
    ) throws(LocalStoreError) {
        guard Glibc.rename(path, name) == 0 else { throw LocalStoreError(system: operation()) }
    }

    /// Gives a file another name, and takes the one that it had; whatever has that name already keeps it.
    /// - Throws: ``LocalStoreError``; then nothing has the name that had it not before.
    static func rename(
        _ path: String, toFree name: String, _ operation: @autoclosure () -> String
    ) throws(LocalStoreError) {
        if link(path, name) == 0 {
            unlink(path)
            return
        }
        // Where a file system has no links, the name is taken by an empty file of ours first.
        guard [EPERM, ENOSYS, EOPNOTSUPP].contains(errno) else { throw LocalStoreError(system: operation()) }
        _ = try OpenFile(name, .making, operation())
        do throws(LocalStoreError) {
            try rename(path, to: name, operation())
        } catch {
            unlink(name)
            throw error
        }
    }

    /// The one name of a place, whatever folder a process runs in; `nil` where the folder of `path` does not exist, or
    /// `path` names none in it.
    static func absolutePath(of path: String) -> String? {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let name = slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path
        guard !name.isEmpty, name != ".", name != ".." else { return nil }
        let folder = slash.map { String(path[...$0]) } ?? "."
        guard let resolved = realpath(folder, nil) else { return nil }
        defer { free(resolved) }
        let text = String(cString: resolved)
        return text == "/" ? "/" + name : "\(text)/\(name)"
    }
}
