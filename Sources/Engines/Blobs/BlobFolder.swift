import Glibc
import Store
import Threads
import Wire

/// The folder of a place for files, and the names in it.
///
/// ```
/// parts/<32 hexadecimal digits>          appended to
/// blobs/<two of them>/<all>              stored
/// orphans/<32 hexadecimal digits>        set aside
/// ```
///
/// Every name is made from sixteen bytes of our own; nothing that came from outside is part of a path. The two digits
/// are the first after the shard, which is the same in all names of one store.
struct BlobFolder: Sendable {
    let path: String
    /// Folders of stored blobs that are there for good, by their number.
    private let durable = DurableFolders()
    var parts: String { path + "/parts" }
    private var blobs: String { path + "/blobs" }
    var orphans: String { path + "/orphans" }

    /// Makes what is missing (folders 0700), durably: one that is there may be of a process that ended before it had
    /// synced it.
    init(_ folder: String) throws(BlobError) {
        path = folder
        for name in [folder, parts, blobs, orphans] { try Self.make(name) }
        try Self.sync(folder)
        try Self.sync(Self.parent(of: folder))
    }

    /// One that is only looked at.
    init(existing folder: String) { path = folder }

    /// Gives a part the name of a stored blob. The folder of the name is made when it is the first in it; the name
    /// stays when that folder is synced.
    func store(_ blob: BlobID) throws(BlobError) {
        try makeFolder(of: blob)
        guard rename(part(blob), stored(blob)) == 0 else { throw Self.failure() }
    }

    /// Makes the folder of a name, durably, and finds that done from the second time on. Another thread, or a process
    /// before this one, may have made it and not synced it yet; so each sees to that before its own blob.
    func makeFolder(of blob: BlobID) throws(BlobError) {
        let number = Self.folderNumber(of: blob)
        guard !durable.contains(number) else { return }
        try Self.make(folder(of: blob))
        try Self.sync(blobs)
        durable.insert(number)
    }

    func part(_ blob: BlobID) -> String { parts + "/" + Self.name(blob) }

    func folder(of blob: BlobID) -> String { blobs + "/" + Self.hex([Self.folderNumber(of: blob)]) }

    func stored(_ blob: BlobID) -> String { folder(of: blob) + "/" + Self.name(blob) }

    /// All names of parts and stored blobs, by folder and then by name. What is not a name of ours is passed over.
    func names(after blob: BlobID?, limit: Int) throws(BlobError) -> [BlobID] {
        var found = try Self.names(in: parts)
        let first = blob.map { Self.folderNumber(of: $0) } ?? 0
        for number in first...UInt8.max {
            found += try Self.names(in: blobs + "/" + Self.hex([number]))
            // A folder's names come before the next folder's: enough is enough, but for those of parts.
            let count = found.count { Self.isAfter($0, blob) && Self.folderNumber(of: $0) <= number }
            if count >= limit { break }
        }
        let wanted = Set(found).filter { Self.isAfter($0, blob) }
        return Array(wanted.sorted { Self.isBefore($0, $1) }.prefix(max(0, limit)))
    }

    private static func isAfter(_ one: BlobID, _ other: BlobID?) -> Bool { other.map { isBefore($0, one) } ?? true }

    private static func isBefore(_ one: BlobID, _ other: BlobID) -> Bool {
        let folders = (folderNumber(of: one), folderNumber(of: other))
        guard folders.0 == folders.1 else { return folders.0 < folders.1 }
        return (one.bytes.high, one.bytes.low) < (other.bytes.high, other.bytes.low)
    }

    // MARK: Files

    static func open(_ path: String, _ flags: Int32) throws(BlobError) -> BlobFile {
        let file = Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure() }
        return BlobFile(descriptor: file)
    }

    /// What the last failed call means.
    static func failure() -> BlobError {
        switch errno {
        case ENOENT: .absent
        case ENOSPC, EDQUOT: .full
        default: .failing(reason: String(cString: strerror(errno)))
        }
    }

    /// - Returns: whether it was there.
    static func remove(_ path: String) throws(BlobError) -> Bool {
        if unlink(path) == 0 { return true }
        guard errno == ENOENT else { throw failure() }
        return false
    }

    /// What was made, renamed or removed in a folder is so after a power cut only when the folder was synced.
    static func sync(_ folder: String) throws(BlobError) {
        let file = try open(folder, O_RDONLY | O_DIRECTORY)
        guard fsync(file.descriptor) == 0 else { throw failure() }
    }

    private static func make(_ folder: String) throws(BlobError) {
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw failure() }
    }

    // MARK: Names

    private static func folderNumber(of blob: BlobID) -> UInt8 {
        UInt8(truncatingIfNeeded: blob.bytes.high >> UInt64(56 - Shard.bitCount))
    }

    private static func parent(of folder: String) -> String {
        guard let end = folder.lastIndex(of: "/") else { return "." }
        return end == folder.startIndex ? "/" : String(folder[..<end])
    }

    static func name(_ blob: BlobID) -> String { hex(blob.bytes.array) }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func blob(named name: String) -> BlobID? {
        let isHexadecimal = name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        guard name.utf8.count == 32, isHexadecimal else { return nil }
        let (high, low) = (UInt64(name.prefix(16), radix: 16), UInt64(name.suffix(16), radix: 16))
        guard let high, let low else { return nil }
        return BlobID(bytes: SixteenBytes(high: high, low: low))
    }

    static func names(in folder: String) throws(BlobError) -> [BlobID] {
        guard let stream = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw failure()
        }
        defer { closedir(stream) }
        var found: [BlobID] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { (start) in
                start.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let blob = blob(named: name) { found.append(blob) }
        }
        return found
    }
}

/// Which of the 256 folders this process has made sure of. State is owned by the lock.
private final class DurableFolders: @unchecked Sendable {
    // Unchecked because `numbers` is guarded by `lock`.
    private let lock = Lock()
    private var numbers: Set<UInt8> = []

    func contains(_ number: UInt8) -> Bool { lock.withLock { numbers.contains(number) } }

    func insert(_ number: UInt8) { _ = lock.withLock { numbers.insert(number) } }
}
