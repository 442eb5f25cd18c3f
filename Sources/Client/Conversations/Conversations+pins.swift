import Wire

extension Conversations {
    func pin(_ seq: SequenceNumber, of conversation: ConversationID) async throws(ClientError) {
        try await signed.run(Endpoints.pin, conversation, seq)
    }

    func unpin(_ seq: SequenceNumber, of conversation: ConversationID) async throws(ClientError) {
        try await signed.run(Endpoints.unpin, conversation, seq)
    }

    func pins(of conversation: ConversationID) async throws(ClientError) -> [PinView] {
        let pins = try await listing(
            countMax: Limits.pinsMax, by: \PinView.entry.seq
        ) { (query) async throws(ClientError) in
            try await signed.run(Endpoints.pins, conversation, query: query)
        }
        guard pins.items.allSatisfy({ $0.entry.conversation == conversation }) else {
            throw .unexpectedAnswer(status: 200)
        }
        return pins.items
    }
}
