import Wire

// What the server did not send because this client did not keep up: it says how far a conversation has come, and the
// log has what is missing.

extension Listening {
    /// Entries up to `seq` did not come; of any conversation, where none is named.
    func passedOver(
        _ conversation: ConversationID?, through seq: SequenceNumber?, _ connection: ListeningConnection
    ) throws(ClientError) -> Step {
        guard let conversation else {
            tell(.passedOver(nil, through: nil))
            logs.isLive = false
            return .beside(.catchUpAll)
        }
        if let seq { try logs.noteHead(seq, of: conversation) }
        guard try logs.isWanted(conversation) else {
            tell(.passedOver(.conversation(conversation), through: seq))
            return .goOn
        }
        // It may have been read meanwhile.
        guard let seq, try !logs.isReached(seq, in: conversation) else { return .goOn }
        connection.passedOver.insert(conversation)
        return .beside(.catchUp)
    }

    /// Reads what was passed over, one conversation after the other, until nothing is missing or the connection ends:
    /// each connection begins with reading all that are followed.
    func catchUp(_ connection: ListeningConnection) async {
        var backoff = Backoff()
        while let conversation = connection.passedOver.popFirst() {
            do {
                try await logs.catchUp(conversation)
                backoff.succeeded()
            } catch {
                guard error.isPassing else {
                    tell(.trouble(SottoError(error)))
                    continue
                }
                connection.passedOver.insert(conversation)
                let wait = backoff.next(chance: surroundings.chance(), atLeast: error.retryMilliseconds)
                guard (try? await surroundings.sleep(wait)) != nil else { return }
            }
        }
    }
}
