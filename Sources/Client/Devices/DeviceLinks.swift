import Crypto
import Keys
import Wire

/// Joins this device to an account, and others to it.
final class DeviceLinks: Room {
    private let signed: SignedCalls
    private let keyLog: KeyLogFollower
    private let contacts: Contacts
    private let preKeyKeeper: PreKeyKeeper

    init(
        _ ground: Ground, _ signed: SignedCalls, _ keyLog: KeyLogFollower, _ contacts: Contacts,
        _ preKeyKeeper: PreKeyKeeper
    ) {
        self.signed = signed
        self.keyLog = keyLog
        self.contacts = contacts
        self.preKeyKeeper = preKeyKeeper
        super.init(ground)
    }

    // MARK: On the new device

    func requestLink() async throws(ClientError) -> String {
        if let profile = try read(.profile), profile.stage != .linking { throw profile.occupation }
        if try read(.profile) == nil {
            let serverName = try await keyLog.learnServer().serverName
            guard try read(.profile) == nil, let server = ground.server else { throw .alreadyRegistered }
            let identity = DeviceIdentity()
            var transaction = StoreTransaction()
            transaction.put(
                Profile(
                    stage: .linking, server: server.description, serverName: serverName, registrationID: .random(),
                    deviceSecret: identity.exportForSealedStore().exportUnprotected()),
                at: .profile)
            var counters = Counters()
            _ = PreKeyStock.mint(
                oneTimeCount: 0, kemCount: 0, withStanding: true, signedBy: identity, counters: &counters,
                now: surroundings.now(), into: &transaction)
            try commit(transaction)
        }
        guard let profile = try read(.profile) else { throw .notRegistered }
        let preKeys: PreKeyUpload
        do { preKeys = try PreKeyStock.upload(from: store) } catch { throw .store(error) }
        let identity = try deviceIdentity(profile)
        return LinkCode(
            identity: identity.keys.publicKeys.payload, registrationID: profile.registrationID, preKeys: preKeys
        ).text
    }

    func completeLink(_ reply: LinkReply) async throws(ClientError) {
        guard var profile = try read(.profile) else { throw .notRegistered }
        guard profile.stage == .linking else { throw profile.occupation }
        profile.account = reply.address.account
        profile.device = reply.address.device
        let tokens: TokenPair
        do {
            tokens = try await signed.signedLogin(reply.address, profile)
        } catch {
            throw error == .unlinked ? .notLinkedYet : error
        }
        let view = try await calls.run(
            Endpoints.account, .other(reply.address.account), as: .init(token: tokens.accessToken))
        let list = try Self.joined(reply, view, try deviceIdentity(profile).keys.publicKeys)
        try await keyLog.requireLogged(list, view.transparency, since: nil)
        profile.handle = view.handle
        profile.stage = .ready
        var transaction = StoreTransaction()
        transaction.put(profile, at: .profile)
        transaction.put(tokens, at: .tokens)
        transaction.put(Contact(handle: view.handle, list: list), at: .contact(list.account))
        transaction.put(KnownOwnList(digest: list.logDigest, isVerified: true), at: .ownList(list.epoch))
        transaction.put(list.account, at: .handle(view.handle))
        try commit(transaction)
        contacts.remember(list)
        try await preKeyKeeper.replenish()
    }

    /// The account's list, when it is the account that was shown and has this very device.
    private static func joined(
        _ reply: LinkReply, _ view: AccountView, _ own: DeviceIdentityKeys
    ) throws(ClientError) -> VerifiedDeviceList {
        let account = reply.address.account
        let list: VerifiedDeviceList
        do {
            list = try UnverifiedDeviceList(account: account, identity: view.identity, list: view.deviceList)
                .verifiedOnFirstUse(account: account)
        } catch {
            throw .untrustedList(.badSignature)
        }
        guard view.account == account, list.identity.fingerprint == reply.fingerprint else {
            throw .untrustedList(.identityChanged)
        }
        guard list.device(reply.address.device)?.identity == own else { throw .notLinkedYet }
        return list
    }

    // MARK: On a device that holds the account's key

    func link(code: String) async throws(ClientError) -> LinkReply {
        let (profile, own) = try readyProfile()
        guard let code = LinkCode(text: code), let identity = try? DeviceIdentityKeys(code.identity) else {
            throw .badCode
        }
        guard profile.accountSecret != nil else { throw .cannotChangeDevices }
        let current = try await contacts.freshList(own.account)
        // The same code again, as after an answer that was lost.
        if let linked = current.devices.first(where: { $0.identity == identity }) {
            return LinkReply(
                address: DeviceAddress(account: own.account, device: linked.device), identity: current.identity)
        }
        // The server says which number is next: after a loss it is further on than any list says.
        let view = try await signed.run(Endpoints.devices)
        guard view.nextDevice.isUsable(after: current) else { throw .unexpectedAnswer(status: 200) }
        let number = max(try counters().nextDevice, view.nextDevice.rawValue)
        let added = ListedDevice(device: DeviceID(number), registration: code.registrationID, identity: identity)
        let list = try await publish(current.devices + [added], after: current, code.preKeys, profile)
        return LinkReply(
            address: DeviceAddress(account: own.account, device: DeviceID(number)), identity: list.identity)
    }

    func unlink(_ device: DeviceID) async throws(ClientError) {
        let (profile, own) = try readyProfile()
        guard device != own.device else { throw .cannotUnlinkItself }
        guard profile.accountSecret != nil else { throw .cannotChangeDevices }
        let current = try await contacts.freshList(own.account)
        guard current.device(device) != nil else { throw .noSuchDevice }
        _ = try await publish(current.devices.filter { $0.device != device }, after: current, nil, profile)
    }

    private func publish(
        _ devices: [ListedDevice], after current: VerifiedDeviceList, _ preKeys: PreKeyUpload?, _ profile: Profile
    ) async throws(ClientError) -> VerifiedDeviceList {
        let next = try profile.signedList(devices, after: current)
        let change = DeviceListChange(deviceList: next.payload, preKeys: preKeys)
        let asked = try keyLog.lastHead()
        let view = try await signed.run(Endpoints.changeDevices, query: keyLog.treeSize(asked), body: change)
        guard view.account == next.account else { throw .unexpectedAnswer(status: 200) }
        return try await contacts.learn(view, since: asked)
    }

    func devices() async throws(ClientError) -> [DeviceView] {
        try await signed.run(Endpoints.devices).items
    }
}
