import Keys
public import Wire

// Other accounts: pinned at first sight, verified ever after.

extension Client {
    /// The newest list that was verified; `nil` for an account never seen.
    func knownList(_ account: AccountID) throws(ClientError) -> VerifiedDeviceList? {
        if let list = lists[account] { return list }
        guard let contact = try read(.contact(account)) else { return nil }
        do { lists[account] = try contact.list(of: account) } catch { throw .store(error) }
        return lists[account]
    }

    /// The account behind a handle. Asked of the server once: from then on the handle means that account here,
    /// whatever the server says.
    /// - Throws: ``ClientError/untrustedList(_:)``; ``ClientError/untrustedLog(_:)``; the server's refusal, `not-found`
    ///   where nobody has the handle.
    public func account(of handle: Handle) async throws(ClientError) -> AccountID {
        if let account = try read(.handle(handle)) { return account }
        let asked = try lastHead()
        let view = try await run(Endpoints.handle, handle, query: treeSize(asked))
        guard view.handle == handle else { throw .unexpectedAnswer(status: 200) }
        if let account = try read(.handle(handle)) { return account }
        _ = try await learn(view, since: asked)
        return try read(.handle(handle)) ?? view.account
    }

    /// The account's list as the server has it now.
    /// - Parameter pass: to ask without saying who asks.
    func freshList(_ account: AccountID, pass: SealedPass? = nil) async throws(ClientError) -> VerifiedDeviceList {
        let asked = try lastHead()
        let view: AccountView
        if let pass {
            view = try await anonymousCalls(pass).run(Endpoints.sealedAccount, account)
        } else {
            view = try await run(Endpoints.account, .other(account), query: treeSize(asked))
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
        try await requireLogged(list, proof, since: asked)
        // The world may have moved on meanwhile: what is known now decides.
        return try keep(try verified(account, identity, payload), handle: handle)
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
    /// The number after it. After the last one there is none but itself, which a list refuses to have twice.
    var following: UInt32 { rawValue == .max ? .max : rawValue + 1 }
}
