import Crypto
import Keys
import Wire

/// A new account, with this as its first device.
final class Registration: Room {
    private let signed: SignedCalls
    private let keyLog: KeyLogFollower
    private let contacts: Contacts

    init(_ ground: Ground, _ signed: SignedCalls, _ keyLog: KeyLogFollower, _ contacts: Contacts) {
        self.signed = signed
        self.keyLog = keyLog
        self.contacts = contacts
        super.init(ground)
    }

    func register(handle: Handle, invite: String? = nil) async throws(ClientError) {
        if let profile = try read(.profile) {
            guard profile.stage == .registering, profile.handle == handle else { throw profile.occupation }
        } else {
            let card = try await keyLog.learnServer()
            // The world may have moved on while the server answered.
            guard try read(.profile) == nil else { throw .alreadyRegistered }
            _ = try keyLog.pin(card)
            signed.isServerKnown = true
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
            tokens = try await signed.signedLogin(own, profile)
        }
        profile.stage = .ready
        var transaction = StoreTransaction()
        transaction.put(profile, at: .profile)
        transaction.put(tokens, at: .tokens)
        try commit(transaction)
    }

    func whoami() throws(ClientError) -> Myself? {
        let profile = try read(.profile)
        if profile?.stage == .deleted { throw .accountDeleted }
        guard let profile, profile.stage == .ready, let handle = profile.handle, let address = profile.address else {
            return nil
        }
        return Myself(handle: handle, address: address)
    }

    private func startRegistration(_ handle: Handle, _ card: ServerCard) throws(ClientError) {
        guard let server = ground.server else { throw .noServer }
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
        guard let handle = profile.handle, let list = try contacts.knownList(own.account) else { throw .notRegistered }
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
        contacts.forget()
        keyLog.forget()
    }

    func logIn() async throws(ClientError) {
        let (profile, own) = try readyProfile()
        let tokens = try await signed.signedLogin(own, profile)
        var transaction = StoreTransaction()
        transaction.put(tokens, at: .tokens)
        try commit(transaction)
    }
}
