import Crypto
import Glibc

/// A file's sealed bytes on their way out, in the client's folder under a random name.
///
/// Sealed once and then read, so that an upload that is resumed sends the same bytes, whatever becomes of the original;
/// also by another process. Its key and digest are in the local store alone.
final class SealedSpool: Sendable {
    private static let pieceByteCount = 1 << 20

    private let descriptor: Int32
    /// Of the file in the client's folder.
    let name: String
    let summary: SealedFile.Summary
    let key: [UInt8]
    var byteCount: UInt64 { UInt64(summary.sealedByteCount) }

    private init(_ descriptor: Int32, _ name: String, _ summary: SealedFile.Summary, _ key: [UInt8]) {
        self.descriptor = descriptor
        self.name = name
        self.summary = summary
        self.key = key
    }

    deinit { close(descriptor) }

    /// Seals a file under a new key. When this returns, the spool survives a power cut; when it throws, there is none.
    ///
    /// Blocks for as long as reading and writing the file takes.
    /// - Throws: ``ClientError/file(_:)``; ``ClientError/store(_:)`` when the folder has no room.
    static func seal(_ source: SourceFile, in folder: SpoolFolder) throws(ClientError) -> SealedSpool {
        let name = SpoolFolder.newName()
        let path = folder.path(name)
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .store(LocalStoreError(system: "create \(path)")) }
        let key = SealedStream.Key()
        let keyBytes = key.exportSecret().exportUnprotected()
        do throws(ClientError) {
            let summary = try seal(source, to: descriptor, key: key)
            guard fsync(descriptor) == 0, folder.sync() else { throw .store(LocalStoreError(system: "write \(path)")) }
            return SealedSpool(descriptor, name, summary, keyBytes)
        } catch {
            close(descriptor)
            folder.remove(name)
            throw error
        }
    }

    /// The spool that an earlier call has sealed.
    /// - Throws: ``ClientError/file(_:)`` with ``FileFailure/damaged`` when it is gone or has another size.
    init(_ transfer: FileTransfer, in folder: SpoolFolder) throws(ClientError) {
        guard SpoolFolder.isName(transfer.spool), let summary = transfer.summary else { throw .file(.damaged) }
        let opened = open(folder.path(transfer.spool), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard opened >= 0 else {
            // What the system cannot do now it may do later: only what is not there is lost.
            guard errno == ENOENT || errno == ELOOP else { throw .store(LocalStoreError(system: "open a spool")) }
            throw .file(.damaged)
        }
        descriptor = opened
        name = transfer.spool
        self.summary = summary
        key = transfer.key
        var status = stat()
        guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_size == summary.sealedByteCount
        else { throw .file(.damaged) }
    }

    /// At most `count` sealed bytes from `offset`.
    /// - Throws: ``ClientError/file(_:)`` with ``FileFailure/damaged`` where they cannot be read.
    func bytes(at offset: UInt64, count: Int) throws(ClientError) -> [UInt8] {
        guard offset < byteCount else { return [] }
        let wanted = Int(clamping: min(UInt64(count), byteCount - offset))
        guard let bytes = SourceFile.read(descriptor, at: Int(clamping: offset), count: wanted), bytes.count == wanted
        else { throw .file(.damaged) }
        return bytes
    }

    /// Whether it still is what was sealed. Reads all of it.
    var isIntact: Bool {
        var hash = SHA256()
        var offset: UInt64 = 0
        while offset < byteCount {
            guard let piece = try? bytes(at: offset, count: Self.pieceByteCount) else { return false }
            hash.update(piece)
            offset += UInt64(piece.count)
        }
        return ConstantTime.equal(hash.finish(), summary.digest)
    }

    private static func seal(
        _ source: SourceFile, to descriptor: Int32, key: consuming SealedStream.Key
    ) throws(ClientError) -> SealedFile.Summary {
        var sealer = SealedFile.Sealer(key: key)
        var (read, written) = (0, 0)
        while true {
            guard !Task.isCancelled else { throw .file(.cancelled) }
            let piece = try source.bytes(at: read, count: pieceByteCount)
            if piece.isEmpty { break }
            read += piece.count
            let sealed: [UInt8]
            do { sealed = try sealer.seal(piece) } catch { throw .file(.tooLong) }
            try write(sealed, to: descriptor, at: written)
            written += sealed.count
        }
        var end = written
        return try sealer.finish { (sealed) throws(ClientError) in
            try write(sealed, to: descriptor, at: end)
            end += sealed.count
        }
    }

    /// Whether a file is what a transfer was sealed from: sealed again under its key, it gives the same digest. What
    /// comes out goes into a hash and nowhere else, so that a file that is another gives nothing away.
    /// - Throws: ``ClientError/file(_:)``.
    static func isSealed(from source: SourceFile, _ transfer: FileTransfer) throws(ClientError) -> Bool {
        guard UInt64(source.byteCount) == transfer.byteCount,
            let key = try? SealedStream.Key(SecretBytes(copying: transfer.key))
        else { return false }
        var sealer = SealedFile.Sealer(key: key)
        var offset = 0
        while true {
            let piece = try source.bytes(at: offset, count: pieceByteCount)
            if piece.isEmpty { break }
            offset += piece.count
            do { _ = try sealer.seal(piece) } catch { return false }
        }
        let summary = sealer.finish { _ in }
        return ConstantTime.equal(summary.digest, transfer.digest)
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32, at offset: Int) throws(ClientError) {
        do { try SmallFile.writeAll(bytes, to: descriptor, at: offset) } catch { throw .store(error) }
    }
}
