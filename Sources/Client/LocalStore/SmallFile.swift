/// Files that fit in memory, read and written whole.
enum SmallFile {
    /// A whole file by its path; `nil` when there is none. At most `byteCountMax` bytes, or it is not ours.
    /// - Throws: ``LocalStoreError``.
    static func read(_ path: String, byteCountMax: Int) throws(LocalStoreError) -> [UInt8]? {
        let file: OpenFile
        do {
            file = try OpenFile(path, .reading, "open \(path)")
        } catch {
            if error.saysNothingThere { return nil }
            throw error
        }
        guard let status = file.status else { throw LocalStoreError(system: "look at \(path)") }
        guard status.isRegular else { throw .notAStore }
        guard status.byteCount <= byteCountMax else { throw .tooLarge(byteCount: status.byteCount) }
        guard let bytes = file.bytes(at: 0, count: status.byteCount) else {
            throw LocalStoreError(system: "read \(path)")
        }
        return bytes
    }

    /// A new file for its owner's eyes, durable when this returns.
    /// - Throws: ``LocalStoreError``.
    static func create(_ path: String, in folder: String, _ bytes: [UInt8]) throws(LocalStoreError) {
        let file = try OpenFile(path, .making, "create \(path)")
        try file.write(bytes, at: 0)
        try file.sync("write \(path)")
        guard FileSystem.sync(folder: folder) else { throw LocalStoreError(system: "write \(path)") }
    }
}
