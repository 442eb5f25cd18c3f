import Crypto
import Wire

// Images that everybody on the server may see: uploaded as they are, and looked at by the server.

extension Client {
    /// Bytes of one request: a cut costs no more than these again.
    private static let imagePieceByteCount = 1 << 20

    /// Uploads an image for a use, waits until the server has made pictures of it, and puts it to that use. What
    /// comes to nothing is taken back.
    /// - Parameter choose: may be called again when its answer was lost.
    /// - Throws: ``ClientError/image(_:)``; ``ClientError/file(_:)``; what the server refuses with.
    func useImage<R: Sendable>(
        _ path: String, as use: MediaUse, _ progress: @Sendable (FileProgress) -> Void,
        choose: (ImageChoice) async throws(ClientError) -> R
    ) async throws(ClientError) -> R {
        let bytes = try Self.image(path, byteCountMax: use.byteCountMax)
        let created = try await patiently { () async throws(ClientError) in
            try await self.createImage(bytes, for: use)
        }
        do throws(ClientError) {
            try await append(bytes, to: created.upload, progress)
            let _: MediaInfo = try await patiently { () async throws(ClientError) in
                try await self.calls.call("POST", created.upload + "/complete")
            }
            try await awaitPicture(of: created.media)
            return try await patiently { () async throws(ClientError) in
                try await choose(ImageChoice(media: created.media))
            }
        } catch {
            // Without an answer it may be in use by now; if it is not, it ends by itself.
            if !error.isPassing { await discard(created) }
            throw error
        }
    }

    private static func image(_ path: String, byteCountMax: UInt64) throws(ClientError) -> [UInt8] {
        let file = try SourceFile(path)
        guard UInt64(file.byteCount) <= byteCountMax else { throw .image(.tooLarge(byteCountMax: byteCountMax)) }
        let bytes = try file.bytes(at: 0, count: file.byteCount)
        guard !bytes.isEmpty else { throw .image(.noPicture("empty")) }
        return bytes
    }

    private func createImage(_ bytes: [UInt8], for use: MediaUse) async throws(ClientError) -> UploadCreated {
        let metadata = [("class", MediaClass.open.rawValue), ("use", use.rawValue)]
        return try await authorized(
            "POST", "/v1/media/uploads",
            headers: [
                ("Tus-Resumable", "1.0.0"), ("Upload-Length", String(bytes.count)),
                ("Upload-Metadata", metadata.map { "\($0) \(Base64.encode(Array($1.utf8)))" }.joined(separator: ",")),
            ])
    }

    private func append(
        _ bytes: [UInt8], to upload: String, _ progress: @Sendable (FileProgress) -> Void
    ) async throws(ClientError) {
        var offset: UInt64 = 0
        var patience = Patience()
        while offset < UInt64(bytes.count) {
            do throws(ClientError) {
                let piece = Array(bytes[Int(offset)...].prefix(Self.imagePieceByteCount))
                try await append(piece, at: offset, to: upload)
                offset += UInt64(piece.count)
                patience.wasRewarded()
            } catch {
                guard error.isPassing || error.isOutOfStep else { throw error }
                try await wait(&patience, after: error)
                // What the server has is what counts.
                if let found = try? await self.offset(of: upload) { offset = min(found, UInt64(bytes.count)) }
            }
            progress(FileProgress(doneByteCount: offset, byteCount: UInt64(bytes.count)))
        }
    }

    /// Asks now and then; the notice that says the same may be missed.
    private func awaitPicture(of media: MediaID) async throws(ClientError) {
        var (waited, step): (UInt64, UInt64) = (0, ClientLimits.imageStepMilliseconds)
        while true {
            let info: MediaInfo = try await patiently { () async throws(ClientError) in
                try await self.authorized("GET", "/v1/media/\(media)/info")
            }
            switch info.state {
            case .ready where info.picture != nil: return
            case .ready: throw .image(.noPicture(nil))
            case .failed: throw .image(.noPicture(info.failure ?? "refused"))
            case .uploading, .processing: break
            }
            guard waited < ClientLimits.imageMilliseconds,
                (try? await surroundings.sleep(step)) != nil
            else { throw .image(.undecided) }
            waited += step
            step = min(2 * step, ClientLimits.imageStepMillisecondsMax)
        }
    }

    /// The bytes of a picture.
    /// - Parameter path: of the route, with its query.
    func picture(_ path: String) async throws(ClientError) -> [UInt8] {
        try await patiently { () async throws(ClientError) in try await self.pictureOnce(path) }
    }

    private func pictureOnce(_ path: String) async throws(ClientError) -> [UInt8] {
        var request = Network.Request(method: "GET", path: path)
        let token = try await accessToken()
        request.headers = [("Authorization", "Bearer \(token)")]
        do throws(ClientError) {
            return try await calls.bytes(request).body
        } catch {
            guard error.asksForLogin else { throw error }
        }
        request.headers = [("Authorization", "Bearer \(try await accessToken(insteadOf: token))")]
        return try await calls.bytes(request).body
    }
}
