import Crypto
public import Wire

extension Client {
    /// Bytes of one request: a cut costs no more than these again.
    private static let pieceByteCount = 4 << 20
    /// Tries in a row that bring an upload or a download no further.
    private static let triesMax = 8

    /// Seals a file under a key of its own, uploads it, and sends a message that points to it. Goes on where it was
    /// when the server or the connection comes back, for as long as this call lasts.
    /// - Parameter progress: called now and then, from any thread.
    /// - Throws: ``ClientError/file(_:)``; what the server refuses with; else as ``send(_:to:expiresIn:)``.
    @discardableResult
    public func send(
        _ file: OutgoingFile, to handle: Handle, progress: @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(ClientError) -> HistoryEntry {
        try file.check()
        _ = try readyProfile()
        // Nothing is uploaded for somebody who is not there.
        _ = try await account(of: handle)
        let spool = try SealedSpool(sealing: file.path, in: configuration.folder)
        let lifetime = configuration.mediaSeconds(expiresIn: file.expiresIn)
        let created = try await patiently { () async throws(ClientError) in
            try await self.create(spool, expiresSeconds: lifetime)
        }
        try await append(spool, to: created, progress)
        let _: MediaInfo = try await patiently { () async throws(ClientError) in
            try await self.calls.call("POST", created.upload + "/complete")
        }
        let pointer = AttachmentPointer(
            media: "\(created.media)", key: spool.key, digest: spool.summary.digest,
            byteCount: UInt64(spool.summary.byteCount), type: file.type, name: file.name)
        let message = OutgoingMessage(
            text: file.caption, file: pointer, deleteCapability: created.deleteCapability, expiresIn: file.expiresIn)
        return try await send(message, to: handle)
    }

    /// - Parameter expiresSeconds: after which the server drops the bytes by itself; `nil` for its default.
    private func create(_ spool: SealedSpool, expiresSeconds: UInt64?) async throws(ClientError) -> UploadCreated {
        let digits = Array("0123456789abcdef".utf8)
        let text = spool.summary.digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        var metadata = [("class", Array("sealed".utf8)), ("sha256", text)]
        if let expiresSeconds {
            metadata += [("lifetime", Array("expiring".utf8)), ("expires", Array(String(expiresSeconds).utf8))]
        }
        return try await authorized(
            "POST", "/v1/media/uploads",
            headers: [
                ("Tus-Resumable", "1.0.0"), ("Upload-Length", String(spool.byteCount)),
                ("Upload-Metadata", metadata.map { "\($0) \(Base64.encode($1))" }.joined(separator: ",")),
            ])
    }

    private func append(
        _ spool: SealedSpool, to created: UploadCreated, _ progress: @Sendable (FileProgress) -> Void
    ) async throws(ClientError) {
        var offset: UInt64 = 0
        var patience = Patience(triesMax: Self.triesMax)
        while offset < spool.byteCount {
            do throws(ClientError) {
                let piece = try spool.bytes(at: offset, count: Self.pieceByteCount)
                try await append(piece, at: offset, to: created.upload)
                offset += UInt64(piece.count)
                patience.wasRewarded()
            } catch {
                guard error.isPassing || error.isOutOfStep else { throw error }
                try await wait(&patience, after: error)
                // What the server has is what counts.
                if let found = try? await self.offset(of: created.upload) { offset = min(found, spool.byteCount) }
            }
            progress(FileProgress(doneByteCount: offset, byteCount: spool.byteCount))
        }
    }

    /// Does what may be done twice until it is done, or there is no more hope.
    func patiently<R: Sendable>(
        _ body: () async throws(ClientError) -> R
    ) async throws(ClientError) -> R {
        var patience = Patience(triesMax: Self.triesMax)
        while true {
            do throws(ClientError) {
                return try await body()
            } catch {
                guard error.isPassing || error.isOutOfStep else { throw error }
                try await wait(&patience, after: error)
            }
        }
    }

    private func append(_ piece: [UInt8], at offset: UInt64, to upload: String) async throws(ClientError) {
        var request = Network.Request(method: "PATCH", path: upload, body: piece)
        request.headers = [
            ("Tus-Resumable", "1.0.0"), ("Upload-Offset", String(offset)),
            ("Content-Type", "application/offset+octet-stream"), ("Accept", WireForm.cbor.mediaType),
        ]
        _ = try await calls.bytes(request)
    }

    private func offset(of upload: String) async throws(ClientError) -> UInt64 {
        var request = Network.Request(method: "HEAD", path: upload)
        request.headers = [("Tus-Resumable", "1.0.0")]
        let answer = try await calls.bytes(request)
        guard let offset = answer.uploadOffset else { throw .unexpectedAnswer(status: answer.status) }
        return offset
    }

    /// - Throws: `error` when there is no more patience.
    func wait(_ patience: inout Patience, after error: ClientError) async throws(ClientError) {
        guard let milliseconds = patience.next(chance: surroundings.chance()) else { throw error }
        guard (try? await surroundings.sleep(milliseconds)) != nil else { throw error }
    }
}

/// How often something is tried again that got no further.
struct Patience {
    private let triesMax: Int
    private var tries = 0
    private var backoff = Backoff()

    init(triesMax: Int) { self.triesMax = triesMax }

    /// Milliseconds to wait; `nil` when it is over.
    mutating func next(chance: Double) -> UInt64? {
        tries += 1
        return tries < triesMax ? backoff.next(chance: chance) : nil
    }

    mutating func wasRewarded() {
        tries = 0
        backoff.succeeded()
    }
}

extension ClientError {
    /// Whether asking how much is there helps.
    var isOutOfStep: Bool {
        guard case .refused(let problem) = self else { return false }
        return [.uploadOffsetMismatch, .uploadLocked, .requestTimeout, .storageFull].contains(problem.code)
    }
}
