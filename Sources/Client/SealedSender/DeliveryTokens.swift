import Crypto
import Keys
import Wire

/// What lets others write to this account without telling the server who they are, and this one to others.
final class DeliveryTokens: Room {
    private let signed: SignedCalls
    private let contacts: Contacts

    init(_ ground: Ground, _ signed: SignedCalls, _ contacts: Contacts) {
        self.signed = signed
        self.contacts = contacts
        super.init(ground)
    }

    /// Sees to it that the account has a token, and that this device shares the one that is set.
    func lookAfterDeliveryToken() async throws(ClientError) {
        let found = try await signed.run(Endpoints.deliveryToken)
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
        case (_, let hash?):
            try await settle(own, hash)
        }
    }

    /// Which token is the one that the server has the hash of: the one here, the one that was heard, or neither.
    private func settle(_ own: OwnDeliveryToken?, _ hash: [UInt8]) async throws(ClientError) {
        let heard = try read(.heardDeliveryToken)?.token
        if let token = [own?.token, heard].compactMap(\.self).first(where: { SHA256.hash($0) == hash }) {
            let settled = OwnDeliveryToken(.set, token)
            if own != settled || heard != nil { try keep(settled) }
        } else if own?.standing == .pending {
            // Asked for here, and not done: the server has the one before.
            try await setDeliveryToken(own?.token)
        } else if try isOnlyDevice() {
            // Whoever made it is gone, and nobody is left to tell it.
            try await setDeliveryToken(RandomBytes.make(byteCount: 32))
        } else if own != nil || heard != nil {
            // Another device made it. It comes with the next copy of what that device sends.
            try forgetDeliveryToken()
        }
    }

    private func isOnlyDevice() throws(ClientError) -> Bool {
        let own = try ownAddress()
        return try contacts.knownList(own.account)?.devices.map(\.device) == [own.device]
    }

    /// Sets a token, or none. What is to be set is written down before, so that it is not lost half-way.
    private func setDeliveryToken(_ token: [UInt8]?) async throws(ClientError) {
        try keep(OwnDeliveryToken(token == nil ? .off : .pending, token))
        let setting = DeliveryTokenSetting(hash: token.map { SHA256.hash($0) })
        try await signed.run(Endpoints.setDeliveryToken, body: setting)
        // Another call may have asked for something else meanwhile.
        guard let token, try read(.deliveryToken) == OwnDeliveryToken(.pending, token) else { return }
        try keep(OwnDeliveryToken(.set, token))
    }

    func renewDeliveryToken() async throws(ClientError) {
        try await setDeliveryToken(RandomBytes.make(byteCount: 32))
    }

    func closeDelivery() async throws(ClientError) { try await setDeliveryToken(nil) }

    /// The token of somebody else, where senders are to be hidden.
    func peerToken(_ account: AccountID) throws(ClientError) -> [UInt8]? {
        let own = try ownAddress()
        guard configuration.hidesSender, account != own.account else { return nil }
        return try read(.peerToken(account))?.token
    }

    /// What goes with each message: the token that is set. None while another device has told another one.
    func sharedDeliveryToken() throws(ClientError) -> [UInt8]? {
        guard let own = try read(.deliveryToken), own.standing == .set, try read(.heardDeliveryToken) == nil else {
            return nil
        }
        return own.token
    }

    /// Takes over what a message said: the token of its account.
    func learnDeliveryToken(
        _ token: [UInt8]?, of account: AccountID, own: AccountID, into transaction: inout StoreTransaction
    ) throws(ClientError) {
        guard let token else { return }
        guard account == own else { return transaction.put(PeerDeliveryToken(token), at: .peerToken(account)) }
        let known = try read(.deliveryToken)
        switch known?.standing {
        case .off?:
            break
        case nil:
            transaction.put(OwnDeliveryToken(.set, token), at: .deliveryToken)
        case .pending?, .set?:
            // The copy may be older than the token here. Which is the one, the server says at the next connect.
            if known?.token != token { transaction.put(PeerDeliveryToken(token), at: .heardDeliveryToken) }
        }
    }

    private func keep(_ token: OwnDeliveryToken) throws(ClientError) {
        var transaction = StoreTransaction()
        transaction.put(token, at: .deliveryToken)
        transaction.remove(StoreKey.heardDeliveryToken)
        try commit(transaction)
    }

    private func forgetDeliveryToken() throws(ClientError) {
        var transaction = StoreTransaction()
        transaction.remove(StoreKey.deliveryToken)
        transaction.remove(StoreKey.heardDeliveryToken)
        try commit(transaction)
    }
}
