import Crypto
import Wire

/// What open media are uploaded for.
enum OpenPurpose {
    case use(MediaUse)
    /// To be shown in that conversation, which is open.
    case conversation(ConversationID)

    fileprivate var metadata: (key: String, value: String) {
        switch self {
        case .use(let use): ("use", use.rawValue)
        case .conversation(let conversation): ("conversation", "\(conversation)")
        }
    }

    fileprivate var byteCountMax: UInt64 {
        switch self {
        case .use(let use): use.byteCountMax
        case .conversation: Limits.mediaByteCountMax
        }
    }
}

/// Files that the server may look at: uploaded as they are, for a use or for an open conversation.
final class OpenUploads: Room {
    private let signed: SignedCalls
    private let uploads: Uploads

    init(_ ground: Ground, _ signed: SignedCalls, _ uploads: Uploads) {
        self.signed = signed
        self.uploads = uploads
        super.init(ground)
    }

    /// Bytes of one request: a cut costs no more than these again.
    private static let openPieceByteCount = 1 << 20

    /// Uploads an image for a purpose, waits until the server has made pictures of it, and puts it to that use. What
    /// comes to nothing is taken back.
    /// - Parameter choose: may be called again when its answer was lost.
    /// - Throws: ``ClientError/image(_:)``; ``ClientError/file(_:)``; what the server refuses with.
    func useImage<R: Sendable>(
        _ path: String, for purpose: OpenPurpose, _ progress: @Sendable (FileProgress) -> Void,
        choose: (ImageChoice) async throws(ClientError) -> R
    ) async throws(ClientError) -> R {
        try await useOpen(path, for: purpose, progress) { (media) async throws(ClientError) in
            try await self.awaitPicture(of: media)
            return try await self.patiently { () async throws(ClientError) in
                try await choose(ImageChoice(media: media))
            }
        }
    }

    /// Uploads a file as it is, and puts it to its use. What comes to nothing is taken back.
    /// - Throws: ``ClientError/image(_:)``; ``ClientError/file(_:)``; what the server refuses with.
    func useOpen<R: Sendable>(
        _ path: String, for purpose: OpenPurpose, _ progress: @Sendable (FileProgress) -> Void,
        choose: (MediaID) async throws(ClientError) -> R
    ) async throws(ClientError) -> R {
        let file = try SourceFile(path)
        guard UInt64(file.byteCount) <= purpose.byteCountMax else {
            throw .image(.tooLarge(byteCountMax: purpose.byteCountMax))
        }
        guard file.byteCount > 0 else { throw .image(.noPicture("empty")) }
        let created = try await patiently { () async throws(ClientError) in
            try await self.createOpen(file, for: purpose)
        }
        do throws(ClientError) {
            try await append(file, to: created.upload, progress)
            let _: MediaInfo = try await patiently { () async throws(ClientError) in
                try await self.calls.run(Endpoints.completeUpload, created.capability)
            }
            return try await choose(created.media)
        } catch {
            // Without an answer it may be in use by now; if it is not, it ends by itself.
            // What waits to be posted shows it.
            if !error.isPassing, !error.isQueued { await uploads.discard(created) }
            throw error
        }
    }

    private func createOpen(_ file: SourceFile, for purpose: OpenPurpose) async throws(ClientError) -> UploadCreated {
        let metadata = [("class", MediaClass.open.rawValue), purpose.metadata]
        return try await uploads.createUpload(UInt64(file.byteCount), metadata.map { ($0, Array($1.utf8)) })
    }

    private func append(
        _ file: SourceFile, to upload: String, _ progress: @Sendable (FileProgress) -> Void
    ) async throws(ClientError) {
        let byteCount = UInt64(file.byteCount)
        var offset: UInt64 = 0
        var patience = Patience()
        while offset < byteCount {
            do throws(ClientError) {
                let count = min(Self.openPieceByteCount, file.byteCount - Int(offset))
                let piece = try file.bytes(at: Int(offset), count: count)
                // A file that became shorter is no longer what was announced.
                guard piece.count == count else { throw ClientError.file(.unreadable) }
                try await uploads.append(piece, at: offset, to: upload)
                offset += UInt64(piece.count)
                patience.wasRewarded()
            } catch {
                guard error.isPassing || error.isOutOfStep else { throw error }
                try await wait(&patience, after: error)
                // What the server has is what counts.
                if let found = try? await uploads.offset(of: upload) { offset = min(found, byteCount) }
            }
            progress(FileProgress(doneByteCount: offset, byteCount: byteCount))
        }
    }

    /// Asks now and then; the notice that says the same may be missed.
    private func awaitPicture(of media: MediaID) async throws(ClientError) {
        var (waited, step): (UInt64, UInt64) = (0, ClientLimits.imageStepMilliseconds)
        while true {
            let info: MediaInfo = try await patiently { () async throws(ClientError) in
                try await signed.run(Endpoints.mediaInfo, media)
            }
            switch info.state {
            case .ready where info.picture != nil: return
            case .ready: throw .image(.noPicture(nil))
            case .failed: throw .image(.noPicture(info.failure ?? "refused"))
            case .uploading, .processing, .later: break
            }
            guard waited < ClientLimits.imageMilliseconds,
                (try? await surroundings.sleep(step)) != nil
            else { throw .image(.undecided) }
            waited += step
            step = min(2 * step, ClientLimits.imageStepMillisecondsMax)
        }
    }

    /// The bytes of a picture.
    /// - Parameter path: of the endpoint, with its query.
    func picture(_ path: String) async throws(ClientError) -> [UInt8] {
        try await patiently(outlastsSilence: false) { () async throws(ClientError) in
            try await self.pictureOnce(path)
        }
    }

    private func pictureOnce(_ path: String) async throws(ClientError) -> [UInt8] {
        var request = Network.Request(method: "GET", path: path)
        let token = try await signed.accessToken()
        request.headers = [("Authorization", "Bearer \(token)")]
        do throws(ClientError) {
            return try await calls.bytes(request).body
        } catch {
            guard error.asksForLogin else { throw error }
        }
        request.headers = [("Authorization", "Bearer \(try await signed.accessToken(insteadOf: token))")]
        return try await calls.bytes(request).body
    }
}

extension ClientError {
    /// Whether what was said goes out later.
    fileprivate var isQueued: Bool { if case .queued = self { true } else { false } }
}
