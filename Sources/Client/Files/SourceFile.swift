import Crypto

/// The file that somebody wants to send, open for reading.
final class SourceFile: Sendable {
    private let file: OpenFile
    /// When it was opened.
    let byteCount: Int

    /// - Throws: ``ClientError/file(_:)`` unless it is a regular file of at most 2 GiB that can be read.
    init(_ path: String) throws(ClientError) {
        do { file = try OpenFile(path, .reading, "open \(path)") } catch { throw .file(.unreadable) }
        guard let status = file.status, status.isRegular else { throw .file(.unreadable) }
        byteCount = status.byteCount
        guard byteCount <= SealedFile.byteCountMax else { throw .file(.tooLong) }
    }

    /// At most `count` bytes from `offset`; none behind its end.
    /// - Throws: ``ClientError/file(_:)``.
    func bytes(at offset: Int, count: Int) throws(ClientError) -> [UInt8] {
        guard let bytes = file.bytes(at: offset, count: count) else { throw .file(.unreadable) }
        return bytes
    }
}
