public import Wire

extension Client {
    /// The server's custom emoji, in the order of their names.
    public func emoji() async throws(ClientError) -> [EmojiView] {
        let emoji = try await listing(
            countMax: Limits.emojiMax, by: \EmojiView.name
        ) { (query) async throws(ClientError) in
            try await self.run(Endpoints.emoji, query: query)
        }
        return emoji.items
    }

    /// Adds an emoji for everybody on the server.
    /// - Parameters:
    ///   - path: of a file of at most 512 KiB.
    ///   - progress: called now and then, from any thread.
    /// - Throws: ``ClientError/image(_:)``; ``ClientError/file(_:)``; what the server refuses with, `emoji-taken` for a
    ///   name that is in use.
    public func addEmoji(
        _ name: EmojiName, _ path: String, progress: @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(ClientError) -> EmojiView {
        _ = try readyProfile()
        return try await useImage(path, for: .use(.emoji), progress) { (choice) async throws(ClientError) in
            try await self.run(Endpoints.addEmoji, name, body: choice)
        }
    }

    /// Deletes an emoji that the account has added.
    public func removeEmoji(_ name: EmojiName) async throws(ClientError) {
        _ = try readyProfile()
        _ = try await patiently { () async throws(ClientError) in
            try await self.run(Endpoints.removeEmoji, name)
        }
    }

    /// The picture of an emoji.
    /// - Throws: the server's refusal, `not-found` where there is no such emoji.
    public func picture(
        ofEmoji name: EmojiName, _ form: PictureForm = PictureForm()
    ) async throws(ClientError) -> [UInt8] {
        try await picture(Endpoints.emojiImage.target(name, query: form.query))
    }
}
