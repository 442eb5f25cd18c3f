public import Wire

extension Client {
    /// Makes an image that of an open conversation, for its members to see. The one before is deleted.
    /// - Parameter progress: called now and then, from any thread.
    /// - Throws: ``ClientError/image(_:)``; ``ClientError/file(_:)``; what the server refuses with, `forbidden` below
    ///   admin, `requires-open-mode` for a sealed conversation.
    public func setImage(
        _ path: String, of conversation: ConversationID, progress: @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(ClientError) -> MediaID {
        _ = try readyProfile()
        return try await useImage(
            path, for: .conversation(conversation), progress
        ) { (choice) async throws(ClientError) in
            let image = ConversationImage(media: choice.media)
            try await self.run(Endpoints.setConversationImage, conversation, body: image)
            return choice.media
        }
    }

    /// Deletes the image of a conversation, where there is one.
    public func removeImage(of conversation: ConversationID) async throws(ClientError) {
        _ = try readyProfile()
        _ = try await patiently { () async throws(ClientError) in
            try await self.run(Endpoints.removeConversationImage, conversation)
        }
    }
}
