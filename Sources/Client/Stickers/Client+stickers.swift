public import Wire

// Sticker packs: docs/protocol/attachments.md, "Sticker packs".

extension Client {
    /// Seals images and a list of them, each under a key of its own, and uploads them to stay until they are deleted.
    /// Nothing is uploaded before all of them were looked at.
    /// - Parameters:
    ///   - title: 1 to 128 characters.
    ///   - author: the same, or `nil`.
    ///   - files: 1 to 200 images of at most 300 KiB. They are uploaded as they are, with whatever metadata they have.
    ///   - progress: how many are uploaded.
    /// - Throws: ``ClientError/stickers(_:)``; ``ClientError/file(_:)`` with ``FileFailure/badImage``; what the server
    ///   refuses with. Then nothing stays at the server, as far as it can be reached, now or later.
    @discardableResult
    public func createStickerPack(
        title: String, author: String? = nil, files: [StickerFile], progress: @Sendable (Int) -> Void = { _ in }
    ) async throws(ClientError) -> StickerPackNote {
        let isNamed = ([title] + [author].compactMap(\.self)).allSatisfy {
            StickerPack.nameLengths.contains($0.unicodeScalars.count)
        }
        guard isNamed, StickerPack.stickerCounts.contains(files.count),
            files.allSatisfy({ Sticker.emojiLengths.contains($0.emoji.unicodeScalars.count) })
        else { throw .stickers(.badPack) }
        try requireRoomForStickers()
        _ = try readyProfile()
        let types = try await configuration.checkStickers(files)
        stickerPacksUnderWay += 1
        defer { stickerPacksUnderWay -= 1 }
        var deletions: [MediaDeletion] = []
        do throws(ClientError) {
            var stickers: [Sticker] = []
            for (file, type) in zip(files, types) {
                let (pointer, deletion) = try await uploadPinned(StickerImage.read(file.path), type: type)
                deletions.append(deletion)
                stickers.append(Sticker(emoji: file.emoji, file: pointer))
                progress(stickers.count)
            }
            let pack = StickerPack(title: title, author: author, stickers: stickers)
            let (pointer, deletion) = try await uploadPinned(pack.encoded(as: .cbor), type: nil)
            deletions.append(deletion)
            return try keep(KeptStickerPack(pointer: pointer, pack: pack, deletions: deletions), claiming: deletions)
        } catch {
            // Pinned media would stay for ever.
            if let transaction = deleting(deletions) { try? commit(transaction) }
            await deleteMedia()
            throw error
        }
    }

    /// Fetches a pack that somebody has told of, and keeps it.
    /// - Parameter link: as ``StickerPackNote/link`` has it.
    /// - Throws: ``ClientError/stickers(_:)``; ``ClientError/file(_:)`` when what is there is another one; what the
    ///   server refuses with.
    @discardableResult
    public func addStickerPack(link: String) async throws(ClientError) -> StickerPackNote {
        guard let pointer = StickerLink.pack(link) else { throw .stickers(.badLink) }
        return try await addStickerPack(pointer)
    }

    /// As the other, for the pack that a sticker of the transcript is of.
    @discardableResult
    public func addStickerPack(ofMessage line: LineID) async throws(ClientError) -> StickerPackNote {
        _ = try readyProfile()
        removeExpired()
        guard let line = try read(.line(try place(of: line))), let message = line.message,
            let sticker = try read(.sticker(message, from: line.author))
        else { throw .stickers(.unknown) }
        return try await addStickerPack(sticker.pack)
    }

    /// The packs that this device keeps, by title.
    public func stickerPacks() throws(ClientError) -> [StickerPackNote] {
        var notes: [StickerPackNote] = []
        for (key, kept) in try values(in: .stickerPacks) {
            guard let name = key.placeName, let pack = MediaID(text: name) else { continue }
            notes.append(kept.note(pack))
        }
        return notes.sorted { ($0.title, $0.pack.description) < ($1.title, $1.pack.description) }
    }

    /// The stickers of a pack, in order, as they would be sent.
    /// - Throws: ``ClientError/stickers(_:)``.
    public func stickers(of pack: MediaID) throws(ClientError) -> [StickerNote] {
        guard let kept = try read(.stickerPack(pack)) else { throw .stickers(.unknown) }
        return kept.pack.stickers.enumerated().map { StickerNote(emoji: $1.emoji, index: UInt64($0)) }
    }

    /// Fetches the picture of a sticker.
    /// - Throws: ``ClientError/stickers(_:)``; ``ClientError/file(_:)``.
    public func image(ofSticker index: Int, of pack: MediaID) async throws(ClientError) -> [UInt8] {
        guard let sticker = try read(.stickerPack(pack))?.sticker(index) else { throw .stickers(.unknown) }
        return try await smallFile(sticker.sticker.file, byteCountMax: StickerPack.stickerByteCountMax)
    }

    /// Sends a sticker; its reader needs no pack to show it.
    /// - Parameter index: its place in the pack, from 0.
    /// - Throws: ``ClientError/stickers(_:)``; else as ``send(_:to:expiresIn:)``.
    @discardableResult
    public func send(
        sticker index: Int, of pack: MediaID, to handle: Handle, expiresIn: UInt64? = nil
    ) async throws(ClientError) -> Line {
        guard let sticker = try read(.stickerPack(pack))?.sticker(index) else { throw .stickers(.unknown) }
        return try await send(OutgoingMessage(sticker: sticker, expiresIn: expiresIn), to: handle)
    }

    /// Forgets a pack. One that was made on this device is deleted at the server as well, for everybody: what was
    /// sent of it can be shown no more by those who have not fetched it.
    /// - Throws: ``ClientError/stickers(_:)``.
    public func removeStickerPack(_ pack: MediaID) async throws(ClientError) {
        guard let kept = try read(.stickerPack(pack)) else { throw .stickers(.unknown) }
        var transaction = deleting(kept.deletions) ?? StoreTransaction()
        transaction.remove(.stickerPack(pack))
        transaction.erase()
        try commit(transaction)
        lookAfterTranscript()
        await deleteMedia()
    }

    // MARK: Keeping

    private func addStickerPack(_ pointer: AttachmentPointer) async throws(ClientError) -> StickerPackNote {
        let media = try pointer.checked().media
        if let kept = try read(.stickerPack(media)) { return kept.note(media) }
        try requireRoomForStickers()
        let bytes = try await smallFile(pointer, byteCountMax: StickerPack.byteCountMax)
        guard let pack = try? StickerPack.decode(bytes) else { throw .stickers(.badLink) }
        var plain = pointer
        plain.preview = nil
        return try keep(KeptStickerPack(pointer: plain, pack: pack, deletions: []), claiming: [])
    }

    private func requireRoomForStickers() throws(ClientError) {
        let count = try keys(in: .stickerPacks).count
        guard count + stickerPacksUnderWay < ClientLimits.stickerPacksMax else { throw .stickers(.tooMany) }
    }

    private func keep(
        _ kept: KeptStickerPack, claiming deletions: [MediaDeletion]
    ) throws(ClientError) -> StickerPackNote {
        let media = try kept.pointer.checked().media
        var transaction = StoreTransaction()
        for deletion in deletions { transaction.remove(StoreKey<MediaDeletion>.unclaimed(deletion.media)) }
        transaction.put(kept, at: .stickerPack(media))
        try commit(transaction)
        return kept.note(media)
    }

    private func deleting(_ deletions: [MediaDeletion]) -> StoreTransaction? {
        guard !deletions.isEmpty else { return nil }
        var transaction = StoreTransaction()
        for deletion in deletions {
            transaction.remove(StoreKey<MediaDeletion>.unclaimed(deletion.media))
            transaction.put(deletion, at: .mediaDeletion(deletion.media))
        }
        return transaction
    }

    /// What was pinned for a pack that was never finished, by a process that has ended, is to be deleted.
    func dropUnclaimedMedia() {
        guard stickerPacksUnderWay == 0 else { return }
        guard let keys = try? keys(in: .unclaimed) else { return }
        let left = keys.compactMap { try? read($0) }
        if let transaction = deleting(left) { try? commit(transaction) }
    }
}
