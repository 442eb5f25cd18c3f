import Wire

/// The sticker packs of this device: docs/protocol/attachments.md, "Sticker packs".
final class StickerBox: Room {
    let mailer: Mailer
    let uploads: Uploads
    let downloads: Downloads
    let mediaDeletions: MediaDeletions
    let transcript: Transcript
    let upkeep: Upkeep

    init(
        _ ground: Ground, _ mailer: Mailer, _ uploads: Uploads, _ downloads: Downloads,
        _ mediaDeletions: MediaDeletions, _ transcript: Transcript, _ upkeep: Upkeep
    ) {
        self.mailer = mailer
        self.uploads = uploads
        self.downloads = downloads
        self.mediaDeletions = mediaDeletions
        self.transcript = transcript
        self.upkeep = upkeep
        super.init(ground)
    }

    @discardableResult
    func createStickerPack(
        title: String, author: String? = nil, files: [StickerFile], progress: @Sendable (Int) -> Void = { _ in }
    ) async throws(ClientError) -> StickerPackNote {
        let isNamed = ([title] + [author].compactMap(\.self)).allSatisfy {
            StickerPack.nameLengths.contains($0.unicodeScalars.count)
        }
        guard isNamed, StickerPack.stickerCounts.contains(files.count),
            files.allSatisfy({ Sticker.emojiLengths.contains($0.emoji.unicodeScalars.count) })
        else { throw .stickers(.badPack) }
        try requireRoomForStickers()
        _ = try ownAddress()
        let types = try await configuration.checkStickers(files)
        mediaDeletions.pinningCount += 1
        defer { mediaDeletions.pinningCount -= 1 }
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
            if let transaction = StoreTransaction(deleting: deletions) { try? commit(transaction) }
            await mediaDeletions.deleteMedia()
            throw error
        }
    }

    @discardableResult
    func addStickerPack(link: String) async throws(ClientError) -> StickerPackNote {
        guard let pointer = StickerLink.pack(link) else { throw .stickers(.badLink) }
        return try await addStickerPack(pointer)
    }

    @discardableResult
    func addStickerPack(ofMessage line: LineID) async throws(ClientError) -> StickerPackNote {
        _ = try ownAddress()
        upkeep.removeExpired()
        guard let line = try read(.line(try transcript.place(of: line))), let message = line.message,
            let sticker = try read(.sticker(message, from: line.author))
        else { throw .stickers(.unknown) }
        return try await addStickerPack(sticker.pack)
    }

    func stickerPacks() throws(ClientError) -> [StickerPackNote] {
        var notes: [StickerPackNote] = []
        for (key, kept) in try values(in: .stickerPacks) {
            guard let name = key.placeName, let pack = MediaID(text: name) else { continue }
            notes.append(kept.note(pack))
        }
        return notes.sorted { ($0.title, $0.pack.description) < ($1.title, $1.pack.description) }
    }

    func stickers(of pack: MediaID) throws(ClientError) -> [StickerNote] {
        guard let kept = try read(.stickerPack(pack)) else { throw .stickers(.unknown) }
        return kept.pack.stickers.enumerated().map { StickerNote(emoji: $1.emoji, index: UInt64($0)) }
    }

    func image(ofSticker index: Int, of pack: MediaID) async throws(ClientError) -> [UInt8] {
        guard let sticker = try read(.stickerPack(pack))?.sticker(index) else { throw .stickers(.unknown) }
        return try await smallFile(sticker.sticker.file, byteCountMax: StickerPack.stickerByteCountMax)
    }

    @discardableResult
    func send(
        sticker index: Int, of pack: MediaID, to person: PersonReference, expiresIn: UInt64? = nil
    ) async throws(ClientError) -> Line {
        guard let sticker = try read(.stickerPack(pack))?.sticker(index) else { throw .stickers(.unknown) }
        return try await mailer.send(OutgoingMessage(sticker: sticker, expiresIn: expiresIn), to: person)
    }

    func removeStickerPack(_ pack: MediaID) async throws(ClientError) {
        guard let kept = try read(.stickerPack(pack)) else { throw .stickers(.unknown) }
        var transaction = StoreTransaction(deleting: kept.deletions) ?? StoreTransaction()
        transaction.remove(.stickerPack(pack))
        transaction.erase()
        try commit(transaction)
        upkeep.lookAfter()
        await mediaDeletions.deleteMedia()
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
        guard count + mediaDeletions.pinningCount < ClientLimits.stickerPacksMax else { throw .stickers(.tooMany) }
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
}
