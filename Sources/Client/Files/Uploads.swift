import Crypto
import Wire

/// Bytes on their way to the server, in pieces: the calls of tus, which any number of uploads make.
final class Uploads: Room {
    private let signed: SignedCalls

    init(_ ground: Ground, _ signed: SignedCalls) {
        self.signed = signed
        super.init(ground)
    }

    /// - Parameter lifetime: keys and values of the upload's metadata that say how long the media stay.
    func createUpload(
        _ summary: SealedFile.Summary, _ lifetime: [(String, String)]
    ) async throws(ClientError) -> UploadCreated {
        let digits = Array("0123456789abcdef".utf8)
        let text = summary.digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        let metadata = [("class", Array("sealed".utf8)), ("sha256", text)] + lifetime.map { ($0, Array($1.utf8)) }
        return try await createUpload(UInt64(summary.sealedByteCount), metadata)
    }

    func append(_ piece: [UInt8], at offset: UInt64, to upload: String) async throws(ClientError) {
        var request = Network.Request(method: "PATCH", path: upload, body: piece)
        request.headers = [
            ("Tus-Resumable", "1.0.0"), ("Upload-Offset", String(offset)),
            ("Content-Type", "application/offset+octet-stream"), ("Accept", WireForm.cbor.mediaType),
        ]
        _ = try await calls.bytes(request)
    }

    /// How much the server has.
    func offset(of upload: String) async throws(ClientError) -> UInt64 {
        var request = Network.Request(method: "HEAD", path: upload)
        request.headers = [("Tus-Resumable", "1.0.0")]
        let answer = try await calls.bytes(request)
        guard let offset = answer.uploadOffset else { throw .unexpectedAnswer(status: answer.status) }
        return offset
    }

    /// Ends an upload, and what may have become of it already. Out of reach, nothing is waited for: what the server
    /// keeps of it ends by itself.
    func discard(_ created: UploadCreated) async {
        var patience = Patience()
        while true {
            do throws(ClientError) {
                try await calls.run(Endpoints.abandonUpload, created.capability, as: .tus)
                return
            } catch {
                // A connection of ours that was cut may still be appending, as the server sees it.
                guard error.isOutOfStep else { break }
                guard (try? await wait(&patience, after: error)) != nil else { return }
            }
        }
        let capability = Endpoints.deleteCapability(created.deleteCapability)
        _ = try? await calls.run(Endpoints.deleteMedia, created.media, as: .init(headers: [capability]))
    }

    /// Asks for an upload.
    func createUpload(
        _ byteCount: UInt64, _ metadata: [(String, [UInt8])]
    ) async throws(ClientError) -> UploadCreated {
        let pairs = metadata.map { "\($0) \(Base64.encode($1))" }.joined(separator: ",")
        let fields = [Endpoints.uploadLength(byteCount), Endpoints.uploadMetadata(pairs)]
        return try await signed.run(Endpoints.createUpload, headers: ServerCalls.Manner.tus.headers + fields)
    }
}

extension ServerCalls.Manner {
    /// Speaks tus, and brings no login: the capability in the path opens it.
    static let tus = ServerCalls.Manner(headers: [Endpoints.tusResumable(Endpoints.tusVersion)])
}
