import Crypto
import Media
import Wire

// Short files that go up and come down whole, in memory.

extension StickerBox {
    /// Seals bytes under a key of their own, and uploads them to stay until they are deleted.
    ///
    /// What deletes them is in the store before the first byte leaves, so that a crash leaves nothing behind at the
    /// server: ``MediaDeletions``.
    func uploadPinned(
        _ bytes: [UInt8], type: String?
    ) async throws(ClientError) -> (AttachmentPointer, MediaDeletion) {
        let key = SealedStream.Key()
        let secret = key.exportSecret().exportUnprotected()
        var sealer = SealedFile.Sealer(key: key)
        var sealed: [UInt8]
        do { sealed = try sealer.seal(bytes) } catch { throw .file(.tooLong) }
        let summary = sealer.finish { sealed += $0 }
        let created = try await patiently { () async throws(ClientError) in
            try await uploads.createUpload(summary, [("lifetime", "pinned")])
        }
        let pointer = AttachmentPointer(
            media: "\(created.media)", key: secret, digest: summary.digest, byteCount: UInt64(bytes.count), type: type,
            name: nil)
        guard let deletion = MediaDeletion(of: pointer, capability: created.deleteCapability) else {
            throw .unexpectedAnswer(status: 201)
        }
        var transaction = StoreTransaction()
        transaction.put(deletion, at: .unclaimed(deletion.media))
        try commit(transaction)
        try await appendAll(sealed, to: created.upload)
        let info: MediaInfo = try await patiently { () async throws(ClientError) in
            try await self.calls.run(Endpoints.completeUpload, created.capability)
        }
        guard info.sha256 == summary.digest else { throw .unexpectedAnswer(status: 200) }
        return (pointer, deletion)
    }

    private func appendAll(_ sealed: [UInt8], to upload: String) async throws(ClientError) {
        var offset: UInt64 = 0
        var patience = Patience()
        while offset < UInt64(sealed.count) {
            do throws(ClientError) {
                try await uploads.append(Array(sealed.dropFirst(Int(clamping: offset))), at: offset, to: upload)
                return
            } catch {
                guard error.isPassing || error.isOutOfStep else { throw error }
                try await wait(&patience, after: error)
                // What the server has is what counts.
                if let found = try? await uploads.offset(of: upload) { offset = min(found, UInt64(sealed.count)) }
            }
        }
    }

    /// A short file that somebody points to, whole.
    /// - Throws: ``ClientError/file(_:)`` for one that is too long, or not the one that was named.
    func smallFile(_ pointer: AttachmentPointer, byteCountMax: UInt64) async throws(ClientError) -> [UInt8] {
        guard pointer.byteCount <= byteCountMax else { throw .file(.tooLong) }
        let (media, summary) = try pointer.checked()
        let sealed = try await downloads.fetch(media, 0..<UInt64(summary.sealedByteCount))
        var opener = SealedFile.Opener(key: try pointer.streamKey(), summary: summary)
        do {
            let bytes = try opener.open(sealed)
            return try bytes + opener.finish()
        } catch {
            throw .file(.notAuthentic)
        }
    }
}

/// An image on its way into a sticker pack.
enum StickerImage {
    /// - Throws: ``ClientError/file(_:)``.
    static func read(_ path: String) throws(ClientError) -> [UInt8] {
        let file = try SourceFile(path)
        guard file.byteCount > 0, UInt64(file.byteCount) <= StickerPack.stickerByteCountMax else {
            throw .file(.badImage)
        }
        return try file.bytes(at: 0, count: file.byteCount)
    }
}

extension SottoConfiguration {
    /// Looks at every image as a reader would: our own probe reads its head, and where there is a worker, it decodes
    /// it.
    /// - Returns: their media types.
    /// - Throws: ``ClientError/file(_:)``.
    func checkStickers(_ files: [StickerFile]) async throws(ClientError) -> [String] {
        let pool = thumbnailWorkerPath.map { WorkerPool(.init(workerPath: $0)) }
        defer { pool?.shutdown() }
        var types: [String] = []
        for file in files {
            let bytes = try StickerImage.read(file.path)
            guard let facts = try? Probe().look(inMemory: bytes) else { throw .file(.badImage) }
            if let pool { try await Self.decode(file.path, pool) }
            types.append(facts.mediaType)
        }
        return types
    }

    /// A machine that has no room for a worker now says nothing of the image.
    private static func decode(_ path: String, _ pool: WorkerPool) async throws(ClientError) {
        do throws(MediaRefusal) {
            guard case .open(let media) = Upload(try ReadOnlyFile(path: path), declared: .open) else { return }
            _ = try await Thumbnailer(pool: pool).thumbnails(of: media, ThumbnailRequest(sides: [96]))
        } catch {
            guard error.isPassing else { throw .file(.badImage) }
        }
    }
}
