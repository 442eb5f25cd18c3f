import Crypto
import Wire

// What lets others write to this account without telling the server who they are.

extension Client {
    /// Sees to it that the account has a token, and that this device shares the one that is set.
    func lookAfterDeliveryToken() async throws(ClientError) {
        let found: DeliveryTokenSetting = try await authorized("GET", "/v1/delivery-token")
        let own = try read(.deliveryToken)
        switch (own?.standing, found.hash) {
        case (.off?, _):
            break
        case (nil, nil):
            try await setDeliveryToken(RandomBytes.make(byteCount: 32))
        case (.pending?, nil):
            try await setDeliveryToken(own?.token)
        case (.set?, nil):
            // Another of the own devices has switched it off.
            try keep(OwnDeliveryToken(.off, nil))
        case (nil, _?):
            // Another device made it. It comes with the next copy of what that device sends.
            break
        case (.pending?, let hash?), (.set?, let hash?):
            let isOurs = own?.token.map { SHA256.hash($0) } == hash
            if !isOurs { try forget(.deliveryToken) } else if own?.standing == .pending {
                try keep(OwnDeliveryToken(.set, own?.token))
            }
        }
    }

    /// Sets a token, or none. What is to be set is written down before, so that it is not lost half-way.
    private func setDeliveryToken(_ token: [UInt8]?) async throws(ClientError) {
        try keep(OwnDeliveryToken(token == nil ? .off : .pending, token))
        let setting = DeliveryTokenSetting(hash: token.map { SHA256.hash($0) })
        try await authorizedRun("PUT", "/v1/delivery-token", body: setting)
        if let token { try keep(OwnDeliveryToken(.set, token)) }
    }

    /// Ends what was allowed to those who know the present token: they hear the new one with the next message to them,
    /// and say who they are until then.
    public func renewDeliveryToken() async throws(ClientError) {
        try await setDeliveryToken(RandomBytes.make(byteCount: 32))
    }

    /// Takes no more messages from senders who do not say to the server who they are.
    public func closeDelivery() async throws(ClientError) { try await setDeliveryToken(nil) }

    /// What goes with each message: the token that is set.
    func sharedDeliveryToken() throws(ClientError) -> [UInt8]? {
        guard let own = try read(.deliveryToken), own.standing == .set else { return nil }
        return own.token
    }

    /// Takes over what a message said: the token of its account.
    func learnDeliveryToken(
        _ token: [UInt8]?, of account: AccountID, own: AccountID, into transaction: inout StoreTransaction
    ) throws(ClientError) {
        guard let token else { return }
        if account != own {
            transaction.put(PeerDeliveryToken(token), at: .peerToken(account))
        } else if try read(.deliveryToken)?.standing != .off {
            transaction.put(OwnDeliveryToken(.set, token), at: .deliveryToken)
        }
    }

    private func keep(_ token: OwnDeliveryToken) throws(ClientError) {
        var transaction = StoreTransaction()
        transaction.put(token, at: .deliveryToken)
        try commit(transaction)
    }

    private func forget(_ key: StoreKey<OwnDeliveryToken>) throws(ClientError) {
        var transaction = StoreTransaction()
        transaction.remove(key)
        try commit(transaction)
    }
}
