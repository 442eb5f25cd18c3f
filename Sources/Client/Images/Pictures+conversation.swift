import Wire

extension Pictures {
    func setImage(
        _ path: String, of conversation: ConversationID, progress: @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(ClientError) -> MediaID {
        _ = try ownAddress()
        return try await openUploads.useImage(
            path, for: .conversation(conversation), progress
        ) { (choice) async throws(ClientError) in
            let image = ConversationImage(media: choice.media)
            try await signed.run(Endpoints.setConversationImage, conversation, body: image)
            return choice.media
        }
    }

    func removeImage(of conversation: ConversationID) async throws(ClientError) {
        _ = try ownAddress()
        _ = try await patiently(outlastsSilence: false) { () async throws(ClientError) in
            try await signed.run(Endpoints.removeConversationImage, conversation)
        }
    }
}
