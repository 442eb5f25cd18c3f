public import Wire

/// Files beside messages, and pictures that everybody on the server may see.
public struct Media: Sendable {
    let owner: AccountOwner

    /// Reads the file beside a message from any place. Nothing is fetched yet.
    /// - Throws: ``SottoError/Code/file(_:)``.
    public func reader(ofFileOf line: LineID) async throws(SottoError) -> FileReader {
        let pointer = try await owner.ask { (rooms) async throws(ClientError) in
            try rooms.downloads.pointer(ofFileOf: line)
        }
        do throws(ClientError) { return try FileReader(owner, pointer) } catch { throw SottoError(error) }
    }

    /// Fetches the file beside a message, opens it on the way, and gives it its name when all of it is known to be
    /// the one that the sender named.
    ///
    /// What has come stays beside the target under a name of its own when this ends early, however: the same call goes
    /// on from there. What turns out not to be the sender's file is removed.
    /// - Parameters:
    ///   - line: the message.
    ///   - path: must not exist yet.
    ///   - progress: called now and then, from any thread; begins with what is there, and never goes back.
    /// - Throws: ``SottoError/Code/file(_:)``; what the server refuses with.
    @discardableResult
    public func download(
        fileOf line: LineID, to path: String, progress: @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(SottoError) -> FileNote {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.downloads.download(fileOf: line, to: path, progress: progress)
        }
    }

    /// Fetches open media into a new file, which gets its name when all of it fits the digest that the server says.
    /// Nothing is kept of what ends early; what a kill leaves beside the target goes with the next try.
    /// - Parameters:
    ///   - info: as ``info(ofMedia:)`` gives it.
    ///   - path: must not exist yet.
    ///   - progress: called now and then, from any thread.
    /// - Throws: ``SottoError/Code/file(_:)``; what the server refuses with.
    public func download(
        _ info: MediaInfo, to path: String, progress: @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.downloads.download(info, to: path, progress: progress)
        }
    }

    /// A part of the file beside a message, without the rest of it: as authentic as its chunks are.
    public func bytes(ofFileOf line: LineID, _ range: Range<Int>) async throws(SottoError) -> [UInt8] {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.downloads.bytes(ofFileOf: line, range)
        }
    }

    /// The small picture inside a message, without asking any server. What the sender claims is checked and written
    /// anew first.
    /// - Throws: ``SottoError/Code/file(_:)``.
    public func thumbnail(ofFileOf line: LineID) async throws(SottoError) -> InlineThumbnail {
        try await owner.ask { (rooms) async throws(ClientError) in try rooms.downloads.thumbnail(ofFileOf: line) }
    }

    /// As ``thumbnail(ofFileOf:)``, into a new file.
    /// - Parameter path: must not exist yet.
    /// - Throws: ``SottoError/Code/file(_:)``.
    @discardableResult
    public func saveThumbnail(ofFileOf line: LineID, to path: String) async throws(SottoError) -> InlineThumbnail {
        try await owner.ask { (rooms) async throws(ClientError) in
            try rooms.downloads.saveThumbnail(ofFileOf: line, to: path)
        }
    }

    /// What the server says of media.
    public func info(ofMedia media: MediaID) async throws(SottoError) -> MediaInfo {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.downloads.info(ofMedia: media) }
    }

    /// Makes an image the account's avatar, for everybody on the server to see. The one before is deleted.
    /// - Parameters:
    ///   - path: of a file of at most 8 MiB; others see pictures of it, and not the file.
    ///   - progress: called now and then, from any thread.
    /// - Throws: ``SottoError/Code/image(_:)``; ``SottoError/Code/file(_:)``; what the server refuses with.
    public func setAvatar(
        _ path: String, progress: @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(SottoError) -> MediaID {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.pictures.setAvatar(path, progress: progress)
        }
    }

    /// Deletes the account's avatar, where there is one.
    public func removeAvatar() async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.pictures.removeAvatar() }
    }

    /// The server's custom emoji, in the order of their names.
    public func emoji() async throws(SottoError) -> [EmojiView] {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.pictures.emoji() }
    }

    /// Adds an emoji for everybody on the server.
    /// - Parameters:
    ///   - path: of a file of at most 512 KiB.
    ///   - progress: called now and then, from any thread.
    /// - Throws: ``SottoError/Code/image(_:)``; ``SottoError/Code/file(_:)``; what the server refuses with,
    ///   `emoji-taken` for a name that is in use.
    public func addEmoji(
        _ name: EmojiName, _ path: String, progress: @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(SottoError) -> EmojiView {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.pictures.addEmoji(name, path, progress: progress)
        }
    }

    /// Deletes an emoji that the account has added.
    public func removeEmoji(_ name: EmojiName) async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.pictures.removeEmoji(name) }
    }

    /// The picture of an emoji.
    /// - Throws: the server's refusal, `not-found` where there is no such emoji.
    public func picture(
        ofEmoji name: EmojiName, _ form: PictureForm = PictureForm()
    ) async throws(SottoError) -> [UInt8] {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.pictures.picture(ofEmoji: name, form)
        }
    }
}
