import Wire

extension Conversations {
    func post(
        file path: String, caption: String = "", expiresIn: UInt64? = nil, to conversation: ConversationID,
        progress: @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(ClientError) -> Accepted {
        _ = try ownAddress()
        let clientID = ClientID.random()
        return try await openUploads.useOpen(
            path, for: .conversation(conversation), progress
        ) { (media) async throws(ClientError) in
            try await self.patiently { () async throws(ClientError) in
                try await self.post(
                    caption, media: [media], expiresIn: expiresIn, to: conversation, clientID: clientID)
            }
        }
    }

    func media(
        ofPost seq: SequenceNumber, in conversation: ConversationID
    ) async throws(ClientError) -> [MediaID] {
        guard seq.rawValue > 0 else { throw .file(.none) }
        let page = try await log(of: conversation, after: SequenceNumber(seq.rawValue - 1), limit: 1)
        guard let entry = page.items.first, entry.seq == seq, case .message(let message) = entry.event,
            !message.media.isEmpty
        else { throw .file(.none) }
        return message.media
    }
}
