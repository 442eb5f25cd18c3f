import Crypto
import Keys
import Wire

/// Back into an account without any of its devices (docs/protocol/recovery.md, "Restoring").
final class Restoration: Room {
    private let signed: SignedCalls
    private let keyLog: KeyLogFollower
    private let contacts: Contacts

    init(_ ground: Ground, _ signed: SignedCalls, _ keyLog: KeyLogFollower, _ contacts: Contacts) {
        self.signed = signed
        self.keyLog = keyLog
        self.contacts = contacts
        super.init(ground)
    }

    func restore(recoveryKey text: String, unlinkingOthers isUnlinkingOthers: Bool = false)
        async throws(ClientError) -> Int {
        if let profile = try read(.profile), profile.stage != .restoring { throw profile.occupation }
        let key: RecoveryKey
        do { key = try RecoveryKey(text: text) } catch { throw .badRecoveryKey(error) }
        let serverName = try await keyLog.learnServer().serverName
        let view = try await recoveryView(key)
        let content = try Self.opened(view.backup.blob, key)
        guard content.serverName == serverName else {
            throw .wrongServerName(expected: content.serverName, found: serverName)
        }
        let current = try Self.list(of: view.account, heldAgainst: content)
        guard view.nextDevice.isUsable(after: current) else { throw .unexpectedAnswer(status: 200) }
        try await keyLog.requireLogged(current, view.account.transparency, since: nil)
        var profile = try startRestoring(content, key, view, current, serverName)
        guard let own = profile.address else { throw .notRegistered }
        let list = try await listed(profile, current, isUnlinkingOthers, key)
        let tokens = try await signed.signedLogin(own, profile)
        profile.stage = .ready
        var transaction = StoreTransaction()
        transaction.put(profile, at: .profile)
        transaction.put(tokens, at: .tokens)
        transaction.put(Contact(handle: content.handle, list: list), at: .contact(own.account))
        transaction.put(KnownOwnList(digest: list.logDigest, isVerified: true), at: .ownList(list.epoch))
        var counters = try counters()
        counters.nextDevice = max(counters.nextDevice, own.device.following)
        transaction.put(counters, at: .counters)
        // No device may be left that knows the token, and whoever has a lost one does. Set at the first connect.
        transaction.put(OwnDeliveryToken(.pending, RandomBytes.make(byteCount: 32)), at: .deliveryToken)
        try commit(transaction)
        contacts.remember(list)
        return list.devices.count - 1
    }

    private func recoveryView(_ key: borrowing RecoveryKey) async throws(ClientError) -> RecoveryView {
        do {
            return try await calls.run(Endpoints.recovery, key.backupID, as: key.manner)
        } catch {
            guard case .refused(let problem) = error, problem.code == .notFound else { throw error }
            throw .noBackup
        }
    }

    private static func opened(_ blob: [UInt8], _ key: borrowing RecoveryKey) throws(ClientError) -> BackupContent {
        let bytes: [UInt8]
        do { bytes = try SealedBackup.open(blob, with: key) } catch { throw .backup(error) }
        do { return try BackupContent.decode(bytes) } catch { throw .backup(.unreadable) }
    }

    /// The account's list as it is now, when it is the account of the backup and not older than its list.
    private static func list(
        of view: AccountView, heldAgainst content: BackupContent
    ) throws(ClientError) -> VerifiedDeviceList {
        do throws(DeviceListError) {
            guard let known = try? UnverifiedDeviceList(content.listBytes),
                let claimed = try? UnverifiedDeviceList(
                    account: view.account, identity: view.identity, list: view.deviceList)
            else { throw .badSignature }
            let before = try known.verifiedOnFirstUse(account: content.account)
            return try claimed.verified(account: content.account, identity: before.identity, after: before)
        } catch {
            throw .untrustedList(error)
        }
    }

    /// Writes down who this device will be, and whom the account knows, before the server hears of it.
    private func startRestoring(
        _ content: BackupContent, _ key: borrowing RecoveryKey, _ view: RecoveryView, _ current: VerifiedDeviceList,
        _ serverName: String
    ) throws(ClientError) -> Profile {
        if let started = try read(.profile) { return try renumbered(started, view.nextDevice, current) }
        guard let server = ground.server else { throw .noServer }
        let device = DeviceIdentity()
        let profile = Profile(
            stage: .restoring, server: server.description, serverName: serverName, handle: content.handle,
            account: content.account, device: view.nextDevice, registrationID: .random(),
            deviceSecret: device.exportForSealedStore().exportUnprotected(), accountSecret: content.accountSecret)
        // More than one transaction takes, so they go first: cut short, all of them are written again.
        for slice in Self.slices(of: content.contacts) { try commit(slice) }
        var transaction = StoreTransaction()
        transaction.put(profile, at: .profile)
        var backup = BackupState(key: key)
        backup.entityTag = Backups.entityTag(view.backup.blob)
        transaction.put(backup, at: .backup)
        transaction.put(content.account, at: .handle(content.handle))
        var counters = Counters()
        _ = PreKeyStock.mint(
            oneTimeCount: ClientLimits.oneTimePreKeysTarget, kemCount: ClientLimits.oneTimePreKeysTarget,
            withStanding: true, signedBy: device, counters: &counters, now: surroundings.now(), into: &transaction)
        try commit(transaction)
        return profile
    }

    /// The contacts as transactions that the store takes: two changes for each contact, and its list.
    static func slices(of contacts: [BackupContent.KnownAccount]) -> [StoreTransaction] {
        stride(from: 0, to: contacts.count, by: ClientLimits.contactsPerTransaction).map { (start) in
            var transaction = StoreTransaction()
            for known in contacts.dropFirst(start).prefix(ClientLimits.contactsPerTransaction) {
                transaction.put(known.contact, at: .contact(known.account))
                if let handle = known.contact.handle { transaction.put(known.account, at: .handle(handle)) }
            }
            return transaction
        }
    }

    /// A restore that goes on. Unless its device is listed already, another may have taken the number meanwhile.
    private func renumbered(
        _ started: Profile, _ next: DeviceID, _ current: VerifiedDeviceList
    ) throws(ClientError) -> Profile {
        let identity = try deviceIdentity(started).keys.publicKeys
        guard let device = started.device, device != next, current.device(device)?.identity != identity else {
            return started
        }
        var profile = started
        profile.device = next
        var transaction = StoreTransaction()
        transaction.put(profile, at: .profile)
        try commit(transaction)
        return profile
    }

    /// The account's list with this device on it: as the server has it, when an earlier try went through, or the
    /// next one.
    private func listed(
        _ profile: Profile, _ current: VerifiedDeviceList, _ isUnlinkingOthers: Bool, _ key: borrowing RecoveryKey
    ) async throws(ClientError) -> VerifiedDeviceList {
        let identity = try deviceIdentity(profile).keys.publicKeys
        guard let own = profile.address else { throw .notRegistered }
        if current.device(own.device)?.identity == identity { return current }
        let added = ListedDevice(device: own.device, registration: profile.registrationID, identity: identity)
        let others = isUnlinkingOthers ? [] : current.devices
        let next = try profile.signedList(others + [added], after: current)
        let preKeys: PreKeyUpload
        do { preKeys = try PreKeyStock.upload(from: store) } catch { throw .store(error) }
        let change = DeviceListChange(deviceList: next.payload, preKeys: preKeys)
        try await calls.run(Endpoints.recoverDevices, key.backupID, body: change, as: key.manner)
        return next
    }
}

extension RecoveryKey {
    /// What is shown in place of a login.
    fileprivate var manner: ServerCalls.Manner { .init(headers: [Endpoints.backupToken(backupToken.text)]) }
}
