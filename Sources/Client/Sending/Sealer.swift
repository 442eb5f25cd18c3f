import Keys
import Ratchet
import Wire

/// Pairwise sessions, from the sending side.
final class Sealer: Room {
    private let signed: SignedCalls
    private let contacts: Contacts
    private let keyLog: KeyLogFollower

    init(_ ground: Ground, _ signed: SignedCalls, _ contacts: Contacts, _ keyLog: KeyLogFollower) {
        self.signed = signed
        self.contacts = contacts
        self.keyLog = keyLog
        super.init(ground)
    }

    /// Copies of what `entry` says for the devices of its account, without the own device and those in `except`. The
    /// sessions that moved on are in `transaction`: nothing may leave before it is committed.
    ///
    /// - Parameter pass: hides the sender.
    /// - Returns: `nil`, and nothing in `transaction`, when a device has no usable session and no bundle.
    func seal(
        _ entry: OutboxEntry, except: Set<DeviceID> = [], bundles: [DeviceID: VerifiedPreKeyBundle],
        pass: SealedPass?, into transaction: inout StoreTransaction
    ) throws(ClientError) -> [DeviceCopy]? {
        let (profile, own) = try readyProfile()
        let account = entry.to
        guard let list = try contacts.knownList(account) else { return nil }
        var changes = StoreTransaction()
        var copies: [DeviceCopy] = []
        for device in list.devices where !except.contains(device.device) {
            let address = DeviceAddress(account: account, device: device.device)
            guard address != own else { continue }
            guard let session = try session(with: address, device, bundles[device.device], profile) else { return nil }
            var current = session
            var body: [UInt8]
            do { body = try current.encrypt(entry.content) } catch { throw .cannotSeal }
            if let pass { body = try hideSender(of: body, entry, pass, from: profile, to: address, device) }
            changes.put(StoredSession(current, registrationID: device.registration), at: .session(address))
            copies.append(DeviceCopy(device: device.device, registrationID: device.registration, body: body))
        }
        transaction.append(changes)
        return copies
    }

    /// The sealed body around a session's message.
    private func hideSender(
        of message: [UInt8], _ entry: OutboxEntry, _ pass: SealedPass, from profile: Profile, to address: DeviceAddress,
        _ device: ListedDevice
    ) throws(ClientError) -> [UInt8] {
        let identity = try deviceIdentity(profile)
        do {
            return try SealedSender.seal(
                message, entry.kind, certificate: pass.certificate,
                attribution: entry.commitment.map { pass.attributionKey.attribution(of: $0) }, from: identity.keys,
                to: SealedRecipient(address, device.registration), device.identity)
        } catch {
            throw .cannotSeal
        }
    }

    /// The session to send with: the stored one, or a new one out of a bundle. `nil` when it takes a bundle.
    private func session(
        with address: DeviceAddress, _ device: ListedDevice, _ bundle: VerifiedPreKeyBundle?, _ profile: Profile
    ) throws(ClientError) -> Session? {
        let stored = try read(.session(address))
        if let stored, stored.isUsable(with: device), bundle == nil { return try open(stored, address) }
        guard let bundle else { return nil }
        let own = try ownParty(profile)
        let identity = try deviceIdentity(profile)
        // The same device as before may still have messages under way on the old session.
        if let stored, stored.registrationID == device.registration {
            var session = try open(stored, address)
            do {
                try session.restart(as: own, identity: identity.keys, with: bundle)
            } catch {
                throw .noKeys(device.device)
            }
            return session
        }
        do {
            return try Session.initiate(as: own, identity: identity.keys, with: bundle)
        } catch {
            throw .noKeys(device.device)
        }
    }

    func open(_ stored: StoredSession, _ address: DeviceAddress) throws(ClientError) -> Session {
        do { return try stored.session(address) } catch { throw .store(error) }
    }

    /// This device as its account's own list has it.
    func ownParty(_ profile: Profile) throws(ClientError) -> Party {
        guard let own = profile.address, let list = try contacts.knownList(own.account) else { throw .notRegistered }
        guard let party = Party(own.device, in: list) else { throw .unlinked }
        return party
    }

    /// Bundles for those devices of an account that have no usable session, after which `seal` finds all it needs.
    /// - Parameters:
    ///   - anew: devices to begin anew with in any case.
    ///   - pass: to ask without saying who asks.
    func bundlesForSending(
        to account: AccountID, anew: Set<DeviceID> = [], pass: SealedPass?
    ) async throws(ClientError) -> [DeviceID: VerifiedPreKeyBundle] {
        let own = try ownAddress()
        let known = try contacts.knownList(account)
        var list: VerifiedDeviceList
        if let known { list = known } else { list = try await contacts.freshList(account) }
        var bundles: [DeviceID: VerifiedPreKeyBundle] = [:]
        // The list may grow while keys are claimed; more than once is not waited for.
        for _ in 0..<2 {
            let lacking = try devicesWithoutSession(list, own, anew: anew).filter { bundles[$0] == nil }
            guard !lacking.isEmpty else { return bundles }
            let others = list.devices.filter { DeviceAddress(account: account, device: $0.device) != own }
            if lacking.count == others.count, account != own.account {
                list = try await claim(account, nil, pass, into: &bundles)
            } else {
                for device in lacking { list = try await claim(account, device, pass, into: &bundles) }
            }
        }
        return bundles
    }

    private func devicesWithoutSession(
        _ list: VerifiedDeviceList, _ own: DeviceAddress, anew: Set<DeviceID>
    ) throws(ClientError) -> [DeviceID] {
        var lacking: [DeviceID] = []
        for device in list.devices {
            let address = DeviceAddress(account: list.account, device: device.device)
            guard address != own else { continue }
            let isUsable = try read(.session(address))?.isUsable(with: device) ?? false
            if !isUsable || anew.contains(device.device) { lacking.append(device.device) }
        }
        return lacking
    }

    /// Claims bundles of one device, or of all, and verifies them.
    private func claim(
        _ account: AccountID, _ device: DeviceID?, _ pass: SealedPass?,
        into bundles: inout [DeviceID: VerifiedPreKeyBundle]
    ) async throws(ClientError) -> VerifiedDeviceList {
        let asked = try keyLog.lastHead()
        let which = device.map { [Parameters.device($0)] } ?? []
        let claimed: ClaimedKeys
        if let pass {
            claimed = try await anonymousCalls(pass.token)
                .run(Endpoints.sealedClaim, account, query: which, as: .init(idempotencyKey: .random()))
        } else {
            claimed = try await signed.run(Endpoints.claimKeys, account, query: which + keyLog.treeSize(asked))
        }
        guard claimed.account == account else { throw .unexpectedAnswer(status: 200) }
        let list = try await contacts.learn(
            account, claimed.identity, claimed.deviceList, claimed.transparency, since: asked, handle: nil)
        for payload in claimed.bundles where device == nil || payload.device == device {
            let address = DeviceAddress(account: account, device: payload.device)
            do {
                bundles[payload.device] = try UnverifiedPreKeyBundle(account: account, payload)
                    .verified(for: address, in: list, now: surroundings.now())
            } catch {
                throw error == .noKEMPreKey ? .noKeys(payload.device) : .untrustedKeys(error)
            }
        }
        if let device, bundles[device] == nil, list.device(device) != nil { throw .noKeys(device) }
        return list
    }
}

extension StoredSession {
    /// Whether the next message to that device may go out on it.
    func isUsable(with device: ListedDevice) -> Bool { !needsRestart && registrationID == device.registration }
}
