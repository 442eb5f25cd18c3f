import Wire

extension Pictures {
    func emoji() async throws(ClientError) -> [EmojiView] {
        let emoji = try await listing(
            countMax: Limits.emojiMax, by: \EmojiView.name
        ) { (query) async throws(ClientError) in
            try await signed.run(Endpoints.emoji, query: query)
        }
        return emoji.items
    }

    func addEmoji(
        _ name: EmojiName, _ path: String, progress: @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(ClientError) -> EmojiView {
        _ = try ownAddress()
        return try await openUploads.useImage(path, for: .use(.emoji), progress) { (choice) async throws(ClientError) in
            try await signed.run(Endpoints.addEmoji, name, body: choice)
        }
    }

    func removeEmoji(_ name: EmojiName) async throws(ClientError) {
        _ = try ownAddress()
        _ = try await patiently(outlastsSilence: false) { () async throws(ClientError) in
            try await signed.run(Endpoints.removeEmoji, name)
        }
    }

    func picture(
        ofEmoji name: EmojiName, _ form: PictureForm = PictureForm()
    ) async throws(ClientError) -> [UInt8] {
        try await openUploads.picture(Endpoints.emojiImage.target(name, query: form.query))
    }
}
