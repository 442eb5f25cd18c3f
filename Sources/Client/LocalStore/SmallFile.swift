import Glibc

/// Reading and writing files that fit in memory, whole.
enum SmallFile {
    /// Everything from the start of an open file.
    static func readAll(_ descriptor: Int32) throws(LocalStoreError) -> [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw LocalStoreError(system: "look at a file") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAStore }
        var bytes = [UInt8](repeating: 0, count: max(0, Int(status.st_size)))
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset, offset)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw LocalStoreError(system: "read a file") }
            if count == 0 { break }
            offset += count
        }
        return Array(bytes.prefix(offset))
    }

    /// All of `bytes`, from `offset` on. Not yet durable.
    static func writeAll(_ bytes: [UInt8], to descriptor: Int32, at offset: Int) throws(LocalStoreError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                pwrite(descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written, offset + written)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw LocalStoreError(system: "write a file") }
            written += count
        }
    }

    /// A whole file by its path; `nil` when there is none. At most `byteCountMax` bytes, or it is not ours.
    static func read(_ path: String, byteCountMax: Int) throws(LocalStoreError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw LocalStoreError(system: "open \(path)")
        }
        defer { close(descriptor) }
        let bytes = try readAll(descriptor)
        guard bytes.count <= byteCountMax else { throw .tooLarge(byteCount: bytes.count) }
        return bytes
    }

    /// A new file for its owner's eyes, durable when this returns.
    static func create(_ path: String, in folder: String, _ bytes: [UInt8]) throws(LocalStoreError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw LocalStoreError(system: "create \(path)") }
        defer { close(descriptor) }
        try writeAll(bytes, to: descriptor, at: 0)
        guard fsync(descriptor) == 0, syncFolder(folder) else { throw LocalStoreError(system: "write \(path)") }
    }

    static func syncFolder(_ folder: String) -> Bool {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }
}
