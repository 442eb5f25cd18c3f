import Crypto
import Glibc

/// The file `keys/server-secret` in the data folder: what whoever reads a copy of the database must not have.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 16 | `Sotto secret v1`, line feed |
/// | 16 | 32 | the secret |
/// | 48 | 32 | SHA-256 of the bytes before |
///
/// Made when it is missing, and from then on only read. What is there and is not as this program left it is refused:
/// a secret that others may have read, or that somebody put there, is none.
enum SecretFile {
    static let folderName = "keys"
    static let name = "server-secret"
    static let byteCount = 80
    private static let head = Array("Sotto secret v1\n".utf8)

    /// The folder's secret, or a new one. The caller holds the folder's lock.
    static func open(in dataFolder: String) throws(SecretFileError) -> ServerSecret {
        let folder = dataFolder + "/" + folderName
        let path = folder + "/" + name
        try makeFolder(folder, in: dataFolder)
        let file = Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            switch errno {
            case ENOENT: return try make(path, in: folder)
            case ELOOP: throw .notAFile
            default: throw .unreachable(reason: reason)
            }
        }
        defer { close(file) }
        try check(file)
        return try read(file)
    }

    /// Whether it is as we make it: a plain file of this size, for nobody but us.
    private static func check(_ file: Int32) throws(SecretFileError) {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw .unreachable(reason: reason) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else { throw .notAFile }
        guard status.st_uid == geteuid() else { throw .owner(status.st_uid) }
        guard status.st_mode & 0o7777 == 0o600 else { throw .permissions(status.st_mode & 0o7777) }
        guard status.st_size == byteCount else { throw .length(Int(status.st_size)) }
    }

    private static func read(_ file: Int32) throws(SecretFileError) -> ServerSecret {
        let content = try SecretBytes(byteCount: byteCount) { (buffer) throws(SecretFileError) in
            let count = Glibc.read(file, buffer.baseAddress, buffer.count)
            guard count >= 0 else { throw .unreachable(reason: reason) }
            guard count == byteCount else { throw .length(count) }
        }
        return try content.withUnsafeBytes { (content) throws(SecretFileError) in
            let isOurs = content.prefix(head.count).elementsEqual(head)
            guard isOurs, content.suffix(32).elementsEqual(digest(of: content)) else { throw .damaged }
            return ServerSecret(SecretBytes(copying: secret(in: content)))
        }
    }

    /// Under another name first: the file is there whole or not at all, also after a power cut.
    private static func make(_ path: String, in folder: String) throws(SecretFileError) -> ServerSecret {
        let beside = path + ".new"
        guard unlink(beside) == 0 || errno == ENOENT else { throw .unreachable(reason: reason) }
        let file = Glibc.open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .unreachable(reason: reason) }
        defer { close(file) }
        let content = fresh()
        let isWritten = content.withUnsafeBytes { (content) in
            fchmod(file, 0o600) == 0 && write(file, content.baseAddress, content.count) == content.count
                && fsync(file) == 0
        }
        guard isWritten, rename(beside, path) == 0 else { throw .unreachable(reason: reason) }
        try sync(folder)
        return content.withUnsafeBytes { ServerSecret(SecretBytes(copying: secret(in: $0))) }
    }

    private static func fresh() -> SecretBytes {
        let secret = SecretBytes.random(byteCount: ServerSecret.byteCount)
        return SecretBytes(byteCount: byteCount) { (buffer) in
            buffer.copyBytes(from: head)
            let place = UnsafeMutableRawBufferPointer(rebasing: buffer[head.count...])
            secret.withUnsafeBytes { place.copyMemory(from: $0) }
            let digest = digest(of: UnsafeRawBufferPointer(buffer))
            UnsafeMutableRawBufferPointer(rebasing: buffer[(byteCount - 32)...]).copyBytes(from: digest)
        }
    }

    private static func digest(of content: UnsafeRawBufferPointer) -> [UInt8] {
        var hash = SHA256()
        hash.update(UnsafeRawBufferPointer(rebasing: content[..<(byteCount - 32)]))
        return hash.finish()
    }

    private static func secret(in content: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: content[head.count..<(byteCount - 32)])
    }

    private static func makeFolder(_ folder: String, in dataFolder: String) throws(SecretFileError) {
        if mkdir(folder, 0o700) == 0 { return try sync(dataFolder) }
        guard errno == EEXIST else { throw .unreachable(reason: reason) }
        var status = stat()
        guard lstat(folder, &status) == 0 else { throw .unreachable(reason: reason) }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .notAFolder }
        guard status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
            throw .folderPermissions(status.st_mode & 0o7777)
        }
    }

    private static func sync(_ folder: String) throws(SecretFileError) {
        let file = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw .unreachable(reason: reason) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw .unreachable(reason: reason) }
    }

    private static var reason: String { String(cString: strerror(errno)) }
}

/// Why the secret of a data folder is not used, with the way out.
enum SecretFileError: Error, Equatable, CustomStringConvertible {
    case notAFolder
    case folderPermissions(mode_t)
    case notAFile
    case owner(uid_t)
    case permissions(mode_t)
    case length(Int)
    case damaged
    case unreachable(reason: String)

    var description: String {
        switch self {
        case .notAFolder:
            "The folder for secrets, keys, is no folder. Remove what stands there; \(Self.consequence)"
        case .folderPermissions(let mode):
            "The folder for secrets, keys, is open to others (\(Self.octal(mode))). "
                + "If nobody has read it, make it 0700 and this server's own; else remove it, and \(Self.consequence)"
        case .notAFile:
            "\(Self.path) is no plain file with one name. Remove it; \(Self.consequence)"
        case .owner(let user):
            "\(Self.path) belongs to the user \(user), and not to the one that the server runs as. "
                + "Give it to that user, or remove it; \(Self.consequence)"
        case .permissions(let mode):
            "\(Self.path) has the mode \(Self.octal(mode)), and not 0600. "
                + "If nobody else has read it, set that mode; else remove it, and \(Self.consequence)"
        case .length(let byteCount):
            "\(Self.path) has \(byteCount) bytes, and not \(SecretFile.byteCount). Remove it; \(Self.consequence)"
        case .damaged:
            "\(Self.path) is damaged. Remove it; \(Self.consequence)"
        case .unreachable(let reason):
            "\(Self.path) cannot be used: \(reason)."
        }
    }

    private static let path = "\(SecretFile.folderName)/\(SecretFile.name)"
    private static let consequence = "the next start makes a new secret, and shared addresses of media end."

    private static func octal(_ mode: mode_t) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }
}
