import Crypto
import Glibc

/// A file's sealed bytes on their way out, in a file without a name: it goes with this value, and with the process.
///
/// Sealed once and then read, so that an upload that is resumed sends the same bytes, whatever becomes of the original.
final class SealedSpool: Sendable {
    private static let pieceByteCount = 1 << 20

    private let descriptor: Int32
    let summary: SealedFile.Summary
    let key: [UInt8]
    var byteCount: UInt64 { UInt64(summary.sealedByteCount) }

    /// - Throws: ``ClientError/file(_:)``; ``ClientError/store(_:)`` when the folder has no room.
    init(sealing path: String, in folder: String) throws(ClientError) {
        let source = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard source >= 0 else { throw .file(.unreadable) }
        defer { close(source) }
        var status = stat()
        guard fstat(source, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw .file(.unreadable) }
        guard status.st_size <= SealedFile.byteCountMax else { throw .file(.tooLong) }
        let spool = "\(folder)/spool"
        unlink(spool)
        descriptor = open(spool, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .store(StoreError(system: "create \(spool)")) }
        unlink(spool)
        let key = SealedStream.Key()
        self.key = key.exportSecret().exportUnprotected()
        do {
            summary = try Self.seal(source, to: descriptor, key: key)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// At most `count` sealed bytes from `offset`.
    func bytes(at offset: UInt64, count: Int) throws(ClientError) -> [UInt8] {
        try Self.read(descriptor, at: Int(offset), count: Int(clamping: min(UInt64(count), byteCount - offset)))
    }

    private static func seal(
        _ source: Int32, to descriptor: Int32, key: consuming SealedStream.Key
    ) throws(ClientError) -> SealedFile.Summary {
        var sealer = SealedFile.Sealer(key: key)
        var (read, written) = (0, 0)
        while true {
            let piece = try Self.read(source, at: read, count: pieceByteCount)
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

    private static func write(_ bytes: [UInt8], to descriptor: Int32, at offset: Int) throws(ClientError) {
        do { try SmallFile.writeAll(bytes, to: descriptor, at: offset) } catch { throw .store(error) }
    }

    private static func read(_ descriptor: Int32, at offset: Int, count: Int) throws(ClientError) -> [UInt8] {
        var hasFailed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { (buffer, filled) in
            filled = 0
            while filled < count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
                let got = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
                if got < 0, errno == EINTR { continue }
                hasFailed = got < 0
                if got <= 0 { break }
                filled += got
            }
        }
        guard !hasFailed else { throw .file(.unreadable) }
        return bytes
    }
}
