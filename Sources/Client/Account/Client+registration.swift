import Crypto
import Keys
public import Wire

extension Client {
    /// Creates an account with this as its first device, and logs it in.
    ///
    /// Cut short anywhere, the same call again goes on with the same keys.
    /// - Throws: ``ClientError/alreadyRegistered``; ``ClientError/refused(_:)`` with `handle-taken`,
    ///   `invite-required` and the like, after which another handle may be tried.
    public func register(handle: Handle, invite: String? = nil) async throws(ClientError) {
        if let profile = try read(.profile) {
            guard profile.stage == .registering, profile.handle == handle else { throw profile.occupation }
        } else {
            let card = try await learnServer()
            // The world may have moved on while the server answered.
            guard try read(.profile) == nil else { throw .alreadyRegistered }
            _ = try pin(card)
            isServerKnown = true
            try startRegistration(handle, card)
        }
        guard var profile = try read(.profile), let own = profile.address else { throw .notRegistered }
        let tokens: TokenPair
        do {
            let request = try registrationRequest(profile, own, invite)
            let registered = try await calls.run(Endpoints.register, body: request)
            tokens = registered.tokens
        } catch {
            guard case .refused(let problem) = error else { throw error }
            // An earlier try went through, and its answer was lost.
            guard problem.code == .accountTaken else {
                if !error.isPassing { try forgetEverything() }
                throw error
            }
            tokens = try await signedLogin(own, profile)
        }
        profile.stage = .ready
        var transaction = StoreTransaction()
        transaction.put(profile, at: .profile)
        transaction.put(tokens, at: .tokens)
        try commit(transaction)
    }

    /// What the server says of itself. Its name was checked against what it should be.
    func learnServer() async throws(ClientError) -> ServerCard {
        let card = try await calls.run(Endpoints.serverCard)
        guard let server else { throw .noServer }
        let expected = configuration.serverName ?? (server.isSecure ? server.host : card.serverName)
        guard card.serverName == expected else {
            throw .wrongServerName(expected: expected, found: card.serverName)
        }
        return card
    }

    private func startRegistration(_ handle: Handle, _ card: ServerCard) throws(ClientError) {
        guard let server else { throw .noServer }
        let account = AccountIdentity()
        let device = DeviceIdentity()
        let own = DeviceAddress(account: .random(in: card.shard), device: DeviceID(1))
        let registrationID = RegistrationID.random()
        let listed = ListedDevice(device: own.device, registration: registrationID, identity: device.publicKeys)
        let list: VerifiedDeviceList
        do {
            list = try VerifiedDeviceList(account: own.account, epoch: 1, devices: [listed], signedBy: account)
        } catch {
            throw .untrustedList(error)
        }
        var transaction = StoreTransaction()
        transaction.put(
            Profile(
                stage: .registering, server: server.description, serverName: card.serverName, handle: handle,
                account: own.account, device: own.device, registrationID: registrationID,
                deviceSecret: device.exportForSealedStore().exportUnprotected(),
                accountSecret: account.exportForSealedStore().exportUnprotected()),
            at: .profile)
        transaction.put(Contact(handle: handle, list: list), at: .contact(own.account))
        transaction.put(KnownOwnList(digest: list.logDigest, isVerified: true), at: .ownList(list.epoch))
        transaction.put(own.account, at: .handle(handle))
        var counters = Counters()
        _ = PreKeyStock.mint(
            oneTimeCount: ClientLimits.oneTimePreKeysTarget, kemCount: ClientLimits.oneTimePreKeysTarget,
            withStanding: true, signedBy: device, counters: &counters, now: surroundings.now(), into: &transaction)
        try commit(transaction)
    }

    private func registrationRequest(
        _ profile: Profile, _ own: DeviceAddress, _ invite: String?
    ) throws(ClientError) -> RegistrationRequest {
        guard let handle = profile.handle, let list = try knownList(own.account) else { throw .notRegistered }
        let preKeys: PreKeyUpload
        do { preKeys = try PreKeyStock.upload(from: store) } catch { throw .store(error) }
        return RegistrationRequest(
            handle: handle, account: own.account, identity: list.identity.payload, deviceList: list.payload,
            preKeys: preKeys, invite: invite)
    }

    /// After a refusal nobody knows these keys: the next try starts with new ones.
    private func forgetEverything() throws(ClientError) {
        var transaction = StoreTransaction()
        transaction.removeAll(but: [])
        transaction.erase()
        try commit(transaction)
        lists = [:]
        keyLog = nil
    }

    /// Logs in with the device's key, whether or not there is a token still good.
    /// - Throws: ``ClientError/unlinked``; ``ClientError/wrongServerName(expected:found:)``.
    public func logIn() async throws(ClientError) {
        let (profile, own) = try readyProfile()
        let tokens = try await signedLogin(own, profile)
        var transaction = StoreTransaction()
        transaction.put(tokens, at: .tokens)
        try commit(transaction)
    }
}
