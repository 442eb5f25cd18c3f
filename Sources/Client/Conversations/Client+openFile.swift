public import Wire

extension Client {
    /// Uploads a file to an open conversation as it is, where the server can look at it, and posts it.
    /// - Parameters:
    ///   - caption: may be empty.
    ///   - expiresIn: seconds after which the post deletes itself, within ``Limits/messageSeconds``.
    ///   - progress: called now and then, from any thread.
    /// - Throws: ``ClientError/file(_:)``; ``ClientError/image(_:)`` for an empty file; else as
    ///   ``post(_:media:expiresIn:to:clientID:)``.
    public func post(
        file path: String, caption: String = "", expiresIn: UInt64? = nil, to conversation: ConversationID,
        progress: @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(ClientError) -> Accepted {
        _ = try readyProfile()
        let clientID = ClientID.random()
        return try await useOpen(
            path, for: .conversation(conversation), progress
        ) { (media) async throws(ClientError) in
            try await self.patiently { () async throws(ClientError) in
                try await self.post(
                    caption, media: [media], expiresIn: expiresIn, to: conversation, clientID: clientID)
            }
        }
    }
}
