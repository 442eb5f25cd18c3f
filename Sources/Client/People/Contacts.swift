import Keys
import Wire

/// Other accounts: pinned at first sight, verified ever after.
final class Contacts: Room {
    private let signed: SignedCalls
    private let keyLog: KeyLogFollower
    /// Verified lists by account, as they are in the store.
    private var lists: [AccountID: VerifiedDeviceList] = [:]

    init(_ ground: Ground, _ signed: SignedCalls, _ keyLog: KeyLogFollower) {
        self.signed = signed
        self.keyLog = keyLog
        super.init(ground)
        ground.records.whenTakenBack.append { [unowned self] in forget() }
    }

    /// What was written elsewhere.
    func remember(_ list: VerifiedDeviceList) { lists[list.account] = list }

    /// What the store has is asked of it again.
    func forget() { lists = [:] }

    /// The newest list that was verified; `nil` for an account never seen.
    func knownList(_ account: AccountID) throws(ClientError) -> VerifiedDeviceList? {
        if let list = lists[account] { return list }
        guard let contact = try read(.contact(account)) else { return nil }
        do { lists[account] = try contact.list(of: account) } catch { throw .store(error) }
        return lists[account]
    }

    func account(of handle: Handle) async throws(ClientError) -> AccountID {
        if let account = try read(.handle(handle)) { return account }
        let asked = try keyLog.lastHead()
        let view = try await signed.run(Endpoints.handle, handle, query: keyLog.treeSize(asked))
        guard view.handle == handle else { throw .unexpectedAnswer(status: 200) }
        if let account = try read(.handle(handle)) { return account }
        _ = try await learn(view, since: asked)
        return try read(.handle(handle)) ?? view.account
    }

    /// The account that a name means, with whatever the server says of it.
    func account(of person: PersonReference) async throws(ClientError) -> AccountID {
        switch person {
        case .handle(let handle): try await account(of: handle)
        case .account(let account): account
        }
    }

    /// The same of somebody whose keys are known from here on.
    func metAccount(of person: PersonReference) async throws(ClientError) -> AccountID {
        let account = try await account(of: person)
        if try knownList(account) == nil { _ = try await freshList(account) }
        return account
    }

    /// What this device knows an account by: a handle that it has looked up and pinned. `nil` for all others.
    func knownHandle(of account: AccountID) throws(ClientError) -> Handle? {
        guard let handle = try read(.contact(account))?.handle, try read(.handle(handle)) == account else { return nil }
        return handle
    }

    /// The account's list as the server has it now.
    /// - Parameter pass: to ask without saying who asks.
    func freshList(_ account: AccountID, pass: SealedPass? = nil) async throws(ClientError) -> VerifiedDeviceList {
        let asked = try keyLog.lastHead()
        let view: AccountView
        if let pass {
            view = try await anonymousCalls(pass.token).run(Endpoints.sealedAccount, account)
        } else {
            view = try await signed.run(Endpoints.account, .other(account), query: keyLog.treeSize(asked))
        }
        guard view.account == account else { throw .unexpectedAnswer(status: 200) }
        return try await learn(view, since: asked)
    }

    /// As the other, of an account as the server shows it.
    func learn(_ view: AccountView, since asked: VerifiedTreeHead?) async throws(ClientError) -> VerifiedDeviceList {
        try await learn(
            view.account, view.identity, view.deviceList, view.transparency, since: asked, handle: view.handle)
    }

    /// Verifies a list against what is known, makes sure that the key log has it, and keeps it when it is newer.
    ///
    /// Sessions with devices that are listed no more stay, to read what they sent before; nothing is sealed for them.
    /// - Parameter asked: what ``lastHead()`` was when the list was asked for.
    /// - Throws: ``ClientError/untrustedList(_:)``; ``ClientError/untrustedLog(_:)``.
    func learn(
        _ account: AccountID, _ identity: IdentityPayload, _ payload: DeviceListPayload,
        _ proof: TransparencyPayload?, since asked: VerifiedTreeHead?, handle: Handle?
    ) async throws(ClientError) -> VerifiedDeviceList {
        let list = try verified(account, identity, payload)
        try await keyLog.requireLogged(list, proof, since: asked)
        // The world may have moved on meanwhile: what is known now decides.
        return try keep(try verified(account, identity, payload), handle: handle)
    }

    /// The known list of the sender's account, when it has the device.
    func listNaming(_ sender: DeviceAddress) throws(ClientError) -> VerifiedDeviceList? {
        guard let known = try knownList(sender.account), known.device(sender.device) != nil else { return nil }
        return known
    }

    private func verified(
        _ account: AccountID, _ identity: IdentityPayload, _ payload: DeviceListPayload
    ) throws(ClientError) -> VerifiedDeviceList {
        let unverified: UnverifiedDeviceList
        do {
            unverified = try UnverifiedDeviceList(account: account, identity: identity, list: payload)
        } catch {
            throw .untrustedList(.badSignature)
        }
        let known = try knownList(account)
        do {
            guard let known else { return try unverified.verifiedOnFirstUse(account: account) }
            return try unverified.verified(account: account, identity: known.identity, after: known)
        } catch {
            throw .untrustedList(error)
        }
    }

    private func keep(_ list: VerifiedDeviceList, handle: Handle?) throws(ClientError) -> VerifiedDeviceList {
        let account = list.account
        let known = try knownList(account)
        let before = try read(.contact(account))
        guard list != known || before?.handle == nil && handle != nil else { return list }
        var contact = before ?? Contact(handle: handle, list: list)
        contact.handle = contact.handle ?? handle
        contact.listBytes = list.bytes
        var transaction = StoreTransaction()
        transaction.put(contact, at: .contact(account))
        if before?.handle == nil, let handle, try read(.handle(handle)) == nil {
            transaction.put(account, at: .handle(handle))
        }
        try noteOwn(list, into: &transaction)
        try countDevices(of: list, into: &transaction)
        try commit(transaction)
        lists[account] = list
        return list
    }

    /// Puts what the log will know a list of the own account by into `transaction`, when it is one.
    func noteOwn(_ list: VerifiedDeviceList, into transaction: inout StoreTransaction) throws(ClientError) {
        guard let profile = try read(.profile), profile.account == list.account else { return }
        transaction.put(KnownOwnList(digest: list.logDigest, isVerified: true), at: .ownList(list.epoch))
    }

    /// A device number of the own account that was once seen is never given out again.
    private func countDevices(
        of list: VerifiedDeviceList, into transaction: inout StoreTransaction
    ) throws(ClientError) {
        guard let profile = try read(.profile), profile.account == list.account, let last = list.devices.last else {
            return
        }
        var counters = try counters()
        guard last.device.rawValue >= counters.nextDevice else { return }
        counters.nextDevice = last.device.following
        transaction.put(counters, at: .counters)
    }
}

extension DeviceID {
    /// Whether a device may take the number: above all that are listed, with room for others after it.
    func isUsable(after list: VerifiedDeviceList) -> Bool {
        rawValue < ClientLimits.deviceNumberEnd && list.devices.allSatisfy { $0.device < self }
    }

    /// The number after it. After the last one there is none but itself, which a list refuses to have twice.
    var following: UInt32 { rawValue == .max ? .max : rawValue + 1 }
}
