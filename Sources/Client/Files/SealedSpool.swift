import Crypto

/// A file's sealed bytes on their way out, in the client's folder under a random name.
///
/// Sealed once and then read, so that an upload that is resumed sends the same bytes, whatever becomes of the original;
/// also by another process. Its key and digest are in the local store alone.
final class SealedSpool: Sendable {
    private static let pieceByteCount = 1 << 20

    private let file: OpenFile
    /// Of the file in the client's folder.
    let name: String
    let summary: SealedFile.Summary
    let key: [UInt8]
    var byteCount: UInt64 { UInt64(summary.sealedByteCount) }

    private init(_ file: OpenFile, _ name: String, _ summary: SealedFile.Summary, _ key: [UInt8]) {
        self.file = file
        self.name = name
        self.summary = summary
        self.key = key
    }

    /// Seals a file under a new key. When this returns, the spool survives a power cut; when it throws, there is none.
    ///
    /// Blocks for as long as reading and writing the file takes.
    /// - Throws: ``ClientError/file(_:)``; ``ClientError/store(_:)`` when the folder has no room.
    static func seal(_ source: SourceFile, in folder: SpoolFolder) throws(ClientError) -> SealedSpool {
        let name = SpoolFolder.newName()
        let path = folder.path(name)
        let file = try asked { () throws(LocalStoreError) in try OpenFile(path, .making, "create \(path)") }
        let key = SealedStream.Key()
        let keyBytes = key.exportSecret().exportUnprotected()
        do throws(ClientError) {
            let summary = try seal(source, to: file, key: key)
            try asked { () throws(LocalStoreError) in
                try file.sync("write \(path)")
                guard folder.sync() else { throw LocalStoreError(system: "write \(path)") }
            }
            return SealedSpool(file, name, summary, keyBytes)
        } catch {
            folder.remove(name)
            throw error
        }
    }

    /// The spool that an earlier call has sealed.
    /// - Throws: ``ClientError/file(_:)`` with ``FileFailure/damaged`` when it is gone or has another size.
    init(_ transfer: FileTransfer, in folder: SpoolFolder) throws(ClientError) {
        guard SpoolFolder.isName(transfer.spool), let summary = transfer.summary else { throw .file(.damaged) }
        do {
            file = try OpenFile(folder.path(transfer.spool), .readingOwn, "open a spool")
        } catch {
            // What the system cannot do now it may do later: only what is not there is lost.
            throw error.saysNothingThere ? .file(.damaged) : .store(error)
        }
        name = transfer.spool
        self.summary = summary
        key = transfer.key
        guard let status = file.status, status.isRegular, status.byteCount == summary.sealedByteCount else {
            throw .file(.damaged)
        }
    }

    /// At most `count` sealed bytes from `offset`.
    /// - Throws: ``ClientError/file(_:)`` with ``FileFailure/damaged`` where they cannot be read.
    func bytes(at offset: UInt64, count: Int) throws(ClientError) -> [UInt8] {
        guard offset < byteCount else { return [] }
        let wanted = Int(clamping: min(UInt64(count), byteCount - offset))
        guard let bytes = file.bytes(at: Int(clamping: offset), count: wanted), bytes.count == wanted
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
        _ source: SourceFile, to file: OpenFile, key: consuming SealedStream.Key
    ) throws(ClientError) -> SealedFile.Summary {
        var sealer = SealedFile.Sealer(key: key)
        var (read, written) = (0, 0)
        while true {
            guard !Task.isCancelled else { throw .cancelled }
            let piece = try source.bytes(at: read, count: pieceByteCount)
            if piece.isEmpty { break }
            read += piece.count
            let sealed: [UInt8]
            do { sealed = try sealer.seal(piece) } catch { throw .file(.tooLong) }
            try asked { () throws(LocalStoreError) in try file.write(sealed, at: written) }
            written += sealed.count
        }
        var end = written
        return try sealer.finish { (sealed) throws(ClientError) in
            try asked { () throws(LocalStoreError) in try file.write(sealed, at: end) }
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

    private static func asked<Answer>(
        _ question: () throws(LocalStoreError) -> Answer
    ) throws(ClientError) -> Answer {
        do { return try question() } catch { throw .store(error) }
    }
}
