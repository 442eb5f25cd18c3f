public import Wire

extension Client {
    /// Pins a message of an open conversation for all its members; one that is pinned stays as it is.
    public func pin(_ seq: SequenceNumber, of conversation: ConversationID) async throws(ClientError) {
        try await run(Endpoints.pin, conversation, seq)
    }

    /// Takes the pin of a message away; without one nothing changes.
    public func unpin(_ seq: SequenceNumber, of conversation: ConversationID) async throws(ClientError) {
        try await run(Endpoints.unpin, conversation, seq)
    }

    /// The pinned messages of an open conversation, in the order of its log; at most ``Limits/pinsMax``.
    public func pins(of conversation: ConversationID) async throws(ClientError) -> [PinView] {
        let pins = try await listing(
            countMax: Limits.pinsMax, by: \PinView.entry.seq
        ) { (query) async throws(ClientError) in
            try await self.run(Endpoints.pins, conversation, query: query)
        }
        guard pins.items.allSatisfy({ $0.entry.conversation == conversation }) else {
            throw .unexpectedAnswer(status: 200)
        }
        return pins.items
    }
}
