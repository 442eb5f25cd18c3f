import Crypto
import Glibc
import Wire

extension Client {
    private static let pieceByteCount: UInt64 = 4 << 20

    /// Fetches the file beside a message, opens it on the way, and gives it its name when all of it is known to be
    /// the one that the sender named.
    /// - Parameters:
    ///   - index: of the message in the transcript.
    ///   - path: must not exist yet.
    /// - Throws: ``ClientError/file(_:)``; what the server refuses with.
    @discardableResult
    public func download(
        fileOf index: UInt64, to path: String, progress: @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(ClientError) -> FileNote {
        let pointer = try attachment(of: index)
        let (media, summary) = try pointer.checked()
        let output = try NewFile(path)
        var opener = SealedFile.Opener(key: try pointer.streamKey(), summary: summary)
        let byteCount = UInt64(summary.sealedByteCount)
        var offset: UInt64 = 0
        while offset < byteCount {
            let sealed = try await fetch(media, offset..<min(byteCount, offset + Self.pieceByteCount))
            do { try output.append(opener.open(sealed)) } catch let error as ClientError { throw error } catch {
                throw .file(.notAuthentic)
            }
            offset += UInt64(sealed.count)
            progress(FileProgress(doneByteCount: offset, byteCount: byteCount))
        }
        let last: [UInt8]
        do { last = try opener.finish() } catch { throw .file(.notAuthentic) }
        try output.append(last)
        try output.finish()
        return pointer.note
    }

    /// A part of the file beside a message, without the rest of it: as authentic as its chunks are.
    public func bytes(ofFileOf index: UInt64, _ range: Range<Int>) async throws(ClientError) -> [UInt8] {
        let pointer = try attachment(of: index)
        let (media, summary) = try pointer.checked()
        guard range.upperBound <= summary.byteCount,
            let seeker = SealedStream.Seeker(key: try pointer.streamKey(), sealedByteCount: summary.sealedByteCount),
            let sealedRange = seeker.sealedRange(of: range)
        else { throw .file(.none) }
        guard !range.isEmpty else { return [] }
        let sealed = try await fetch(media, UInt64(sealedRange.lowerBound)..<UInt64(sealedRange.upperBound))
        do { return try seeker.open(range, from: sealed) } catch { throw .file(.notAuthentic) }
    }

    /// What the message of a line points to.
    private func attachment(of index: UInt64) throws(ClientError) -> AttachmentPointer {
        let (_, own) = try readyProfile()
        guard let entry = try read(.history(index)), let message = entry.message else { throw .file(.none) }
        let sender = entry.kind == .received ? entry.peer : own.account
        guard let pointer = try read(.attachment(message, from: sender)) else { throw .file(.none) }
        return pointer
    }

    /// Exactly those bytes; tried again while there is hope.
    private func fetch(_ media: MediaID, _ range: Range<UInt64>) async throws(ClientError) -> [UInt8] {
        try await patiently { () async throws(ClientError) in try await self.fetchOnce(media, range) }
    }

    private func fetchOnce(_ media: MediaID, _ range: Range<UInt64>) async throws(ClientError) -> [UInt8] {
        var request = Network.Request(method: "GET", path: "/v1/media/\(media)")
        let fixed = [
            ("Range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)"), ("Accept", WireForm.cbor.mediaType),
        ]
        let token = try await accessToken()
        request.headers = fixed + [("Authorization", "Bearer \(token)")]
        var answer: Network.Answer
        do throws(ClientError) {
            answer = try await calls.bytes(request)
        } catch {
            guard error.asksForLogin else { throw error }
            request.headers = fixed + [("Authorization", "Bearer \(try await accessToken(insteadOf: token))")]
            answer = try await calls.bytes(request)
        }
        guard answer.body.count == range.count else { throw .file(.notAuthentic) }
        return answer.body
    }
}

/// A file that gets its name when it is whole. Until then, and if that never comes, it has none.
private final class NewFile {
    private let path: String
    private let partial: String
    private let descriptor: Int32
    private var byteCount = 0
    private var isFinished = false

    init(_ path: String) throws(ClientError) {
        self.path = path
        partial = path + ".partial"
        guard access(path, F_OK) != 0 else { throw .file(.unwritable) }
        descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .file(.unwritable) }
    }

    deinit {
        close(descriptor)
        if !isFinished { unlink(partial) }
    }

    func append(_ bytes: [UInt8]) throws(ClientError) {
        do { try SmallFile.writeAll(bytes, to: descriptor, at: byteCount) } catch { throw .file(.unwritable) }
        byteCount += bytes.count
    }

    func finish() throws(ClientError) {
        guard fsync(descriptor) == 0, link(partial, path) == 0 else { throw .file(.unwritable) }
        unlink(partial)
        isFinished = true
    }
}
