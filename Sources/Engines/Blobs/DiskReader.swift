import Glibc
import Store
import Threads

/// An open stored blob with the digests of its chunks.
final class DiskReader: Sendable {
    private let file: BlobFile
    private let trailer: BlobTrailer

    var blob: StoredBlob { trailer.blob }

    /// - Throws: `absent`; `damaged` when the trailer does not read.
    init(_ blob: BlobID, in folder: BlobFolder) throws(BlobError) {
        file = try BlobFolder.open(folder.stored(blob), O_RDONLY | O_NONBLOCK)
        let byteCount = try PartFile.byteCount(of: file)
        let footerByteCount = UInt64(BlobTrailer.footerByteCount)
        guard byteCount >= footerByteCount else { throw .damaged }
        let footer = try file.read(at: byteCount - footerByteCount, byteCount: BlobTrailer.footerByteCount)
        guard let blobByteCount = BlobTrailer.byteCount(footer: footer, fileByteCount: byteCount) else {
            throw .damaged
        }
        let bytes = try file.read(at: blobByteCount, byteCount: Int(clamping: byteCount - blobByteCount))
        guard let trailer = BlobTrailer(bytes: bytes, byteCount: blobByteCount) else { throw .damaged }
        self.trailer = trailer
    }

    /// Reads every chunk that the stretch touches and compares its digest.
    func piece(at offset: UInt64, byteCount: UInt64) throws(BlobError) -> BlobPiece {
        precondition(offset <= blob.byteCount && byteCount <= blob.byteCount - offset, "a piece within the blob")
        guard byteCount > 0 else { return .bytes([]) }
        let chunkByteCount = UInt64(BlobTrailer.chunkByteCount)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: BlobTrailer.chunkByteCount, alignment: 64)
        defer { buffer.deallocate() }
        for number in (offset / chunkByteCount)...((offset + byteCount - 1) / chunkByteCount) {
            let start = number * chunkByteCount
            let count = Int(min(chunkByteCount, blob.byteCount - start))
            let chunk = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
            try fill(chunk, from: start)
            let digest = BlobTrailer.digest(of: UnsafeRawBufferPointer(chunk), number: Int(number))
            guard digest == trailer.digests[Int(number)] else { throw .damaged }
        }
        return .file(file, offset: offset, byteCount: byteCount)
    }

    private func fill(_ chunk: UnsafeMutableRawBufferPointer, from offset: UInt64) throws(BlobError) {
        var count = 0
        while count < chunk.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: chunk[count...])
            let got = pread(file.descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(count))
            if got < 0, errno == EINTR { continue }
            // What cannot be read is no better than what reads wrong.
            guard got > 0 else { throw got == 0 || errno == EIO ? .damaged : BlobFolder.failure() }
            count += got
        }
    }
}
