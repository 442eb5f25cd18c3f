import Glibc

/// A folder of its own for one run, on the disk that is measured.
struct TemporaryFolder {
    let path: String

    /// - Parameter parent: exists already.
    init(in parent: String) throws(BenchError) {
        var template = Array("\(parent)/sotto-bench.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw .system("no folder in \(parent)", errno: errno) }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Removes it with all that is in it. What cannot be removed stays.
    func remove() { Self.remove(path) }

    private static func remove(_ path: String) {
        for name in names(in: path) where unlink("\(path)/\(name)") != 0 { remove("\(path)/\(name)") }
        rmdir(path)
    }

    /// The bytes on disk of the files in one of its folders.
    func byteCount(of name: String) -> UInt64 {
        Self.names(in: "\(path)/\(name)").reduce(0) { (total, file) in
            var status = stat()
            guard lstat("\(path)/\(name)/\(file)", &status) == 0 else { return total }
            return total + UInt64(status.st_blocks) * 512
        }
    }

    static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { (name) in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
