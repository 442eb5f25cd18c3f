import Crypto
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
        let output = try Self.written { () throws(StoreError) in try NewFile(path) }
        var opener = SealedFile.Opener(key: try pointer.streamKey(), summary: summary)
        let byteCount = UInt64(summary.sealedByteCount)
        var offset: UInt64 = 0
        while offset < byteCount {
            let sealed = try await fetch(media, offset..<min(byteCount, offset + Self.pieceByteCount))
            let opened: [UInt8]
            do { opened = try opener.open(sealed) } catch { throw .file(.notAuthentic) }
            try Self.written { () throws(StoreError) in try output.append(opened) }
            offset += UInt64(sealed.count)
            progress(FileProgress(doneByteCount: offset, byteCount: byteCount))
        }
        let last: [UInt8]
        do { last = try opener.finish() } catch { throw .file(.notAuthentic) }
        try Self.written { () throws(StoreError) in
            try output.append(last)
            try output.finish()
        }
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

    private static func written<Value>(_ write: () throws(StoreError) -> Value) throws(ClientError) -> Value {
        do { return try write() } catch { throw .file(.unwritable) }
    }

    /// What the message of a line points to.
    func attachment(of index: UInt64) throws(ClientError) -> AttachmentPointer {
        let (_, own) = try readyProfile()
        removeExpired()
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
