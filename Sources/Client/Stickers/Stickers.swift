public import Wire

/// Sticker packs: docs/protocol/attachments.md, "Sticker packs".
public struct Stickers: Sendable {
    let owner: AccountOwner

    /// Seals images and a list of them, each under a key of its own, and uploads them to stay until they are deleted.
    /// Nothing is uploaded before all of them were looked at.
    /// - Parameters:
    ///   - title: 1 to 128 characters.
    ///   - author: the same, or `nil`.
    ///   - files: 1 to 200 images of at most 300 KiB. They are uploaded as they are, with whatever metadata they have.
    ///   - progress: how many are uploaded.
    /// - Throws: ``SottoError/Code/stickers(_:)``; ``SottoError/Code/file(_:)`` with ``FileFailure/badImage``; what the
    ///   server refuses with. Then nothing stays at the server, as far as it can be reached, now or later.
    @discardableResult
    public func createPack(
        title: String, author: String? = nil, files: [StickerFile], progress: @Sendable (Int) -> Void = { _ in }
    ) async throws(SottoError) -> StickerPackNote {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.stickerBox.createStickerPack(title: title, author: author, files: files, progress: progress)
        }
    }

    /// Fetches a pack that somebody has told of, and keeps it.
    /// - Parameter link: as ``StickerPackNote/link`` has it.
    /// - Throws: ``SottoError/Code/stickers(_:)``; ``SottoError/Code/file(_:)`` when what is there is another one; what
    ///   the server refuses with.
    @discardableResult
    public func addPack(link: String) async throws(SottoError) -> StickerPackNote {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.stickerBox.addStickerPack(link: link)
        }
    }

    /// As the other, for the pack that a sticker of the transcript is of.
    @discardableResult
    public func addPack(ofMessage line: LineID) async throws(SottoError) -> StickerPackNote {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.stickerBox.addStickerPack(ofMessage: line)
        }
    }

    /// The packs that this device keeps, by title.
    public func packs() async throws(SottoError) -> [StickerPackNote] {
        try await owner.ask { (rooms) async throws(ClientError) in try rooms.stickerBox.stickerPacks() }
    }

    /// The stickers of a pack, in order, as they would be sent.
    /// - Throws: ``SottoError/Code/stickers(_:)``.
    public func stickers(of pack: MediaID) async throws(SottoError) -> [StickerNote] {
        try await owner.ask { (rooms) async throws(ClientError) in try rooms.stickerBox.stickers(of: pack) }
    }

    /// Fetches the picture of a sticker.
    /// - Throws: ``SottoError/Code/stickers(_:)``; ``SottoError/Code/file(_:)``.
    public func image(ofSticker index: Int, of pack: MediaID) async throws(SottoError) -> [UInt8] {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.stickerBox.image(ofSticker: index, of: pack)
        }
    }

    /// Sends a sticker; its reader needs no pack to show it.
    /// - Parameter index: its place in the pack, from 0.
    /// - Throws: ``SottoError/Code/stickers(_:)``; else as ``Chats/send(_:to:expiresIn:)``.
    @discardableResult
    public func send(
        sticker index: Int, of pack: MediaID, to person: some PersonName, expiresIn: Duration? = nil
    ) async throws(SottoError) -> Line {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.stickerBox.send(
                sticker: index, of: pack, to: person.personReference, expiresIn: expiresIn?.wholeSeconds)
        }
    }

    /// Forgets a pack. One that was made on this device is deleted at the server as well, for everybody: what was
    /// sent of it can be shown no more by those who have not fetched it.
    /// - Throws: ``SottoError/Code/stickers(_:)``.
    public func removePack(_ pack: MediaID) async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.stickerBox.removeStickerPack(pack) }
    }
}
