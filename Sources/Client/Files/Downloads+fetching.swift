import Crypto
import Wire

// Sealed bytes of media, and what they are beside.

extension Downloads {
    func bytes(ofFileOf line: LineID, _ range: Range<Int>) async throws(ClientError) -> [UInt8] {
        let pointer = try attachment(of: try transcript.place(of: line))
        let (media, summary) = try pointer.checked()
        guard range.upperBound <= summary.byteCount,
            let seeker = SealedStream.Seeker(key: try pointer.streamKey(), sealedByteCount: summary.sealedByteCount),
            let sealedRange = seeker.sealedRange(of: range)
        else { throw .file(.none) }
        guard !range.isEmpty else { return [] }
        let sealed = try await fetch(media, UInt64(sealedRange.lowerBound)..<UInt64(sealedRange.upperBound))
        do { return try seeker.open(range, from: sealed) } catch { throw .file(.notAuthentic) }
    }

    func pointer(ofFileOf line: LineID) throws(ClientError) -> AttachmentPointer {
        try attachment(of: try transcript.place(of: line))
    }

    /// What the message of a line points to.
    func attachment(of place: LinePlace) throws(ClientError) -> AttachmentPointer {
        upkeep.removeExpired()
        guard let pointer = try attachmentIfAny(of: place) else { throw .file(.none) }
        return pointer
    }

    /// As the other; `nil` where there is none, or none any more.
    func attachmentIfAny(of place: LinePlace) throws(ClientError) -> AttachmentPointer? {
        _ = try ownAddress()
        guard let line = try read(.line(place)), let message = line.message else { return nil }
        return try read(.attachment(message, from: line.author))
    }

    /// Exactly those bytes; tried again while there is hope.
    func fetch(_ media: MediaID, _ range: Range<UInt64>) async throws(ClientError) -> [UInt8] {
        try await patiently { () async throws(ClientError) in try await self.fetchOnce(media, range) }
    }

    private func fetchOnce(_ media: MediaID, _ range: Range<UInt64>) async throws(ClientError) -> [UInt8] {
        var request = Network.Request(method: "GET", path: Endpoints.media.target(media))
        let fixed = [
            ("Range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)"), ("Accept", WireForm.cbor.mediaType),
        ]
        let token = try await signed.accessToken()
        request.headers = fixed + [("Authorization", "Bearer \(token)")]
        var answer: Network.Answer
        do throws(ClientError) {
            answer = try await calls.bytes(request)
        } catch {
            guard error.asksForLogin else { throw error }
            request.headers = fixed + [("Authorization", "Bearer \(try await signed.accessToken(insteadOf: token))")]
            answer = try await calls.bytes(request)
        }
        guard answer.body.count == range.count else { throw .file(.notAuthentic) }
        return answer.body
    }
}
