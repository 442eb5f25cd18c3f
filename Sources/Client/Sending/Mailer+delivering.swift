import Keys
import Wire

// One entry of the outbox, on its way to the server.

extension Mailer {
    /// Sends one entry until the server takes it: more than once only when the device list has changed, or the
    /// recipient's token.
    /// - Returns: `nil` when there was nobody to send to.
    func deliver(_ key: StoreKey<OutboxEntry>) async throws(ClientError) -> Accepted? {
        var lastProblem: ClientError = .unexpectedAnswer(status: 409)
        for _ in 0..<ClientLimits.sendTriesMax {
            guard let to = try read(key)?.to else { return nil }
            let token = try deliveryTokens.peerToken(to)
            do throws(ClientError) {
                guard let entry = try await sealed(key) else { return nil }
                let accepted = try await submit(entry)
                guard accepted.clientID == entry.clientID else { throw .unexpectedAnswer(status: 200) }
                return accepted
            } catch {
                guard case .refused(let problem) = error else { throw error }
                lastProblem = error
                switch (problem.code, problem.devices) {
                case (.mismatchedDevices, let mismatch?): try await repair(key, mismatch)
                case (.deliveryRefused, _): try showSender(key, refused: token)
                default: throw error
                }
            }
        }
        throw lastProblem
    }

    private func submit(_ entry: OutboxEntry) async throws(ClientError) -> Accepted {
        guard entry.certifiedAt != nil else {
            let request = SendRequest(
                clientID: entry.clientID, kind: entry.kind, copies: entry.copies, commitment: entry.commitment)
            return try await signed.run(Endpoints.send, entry.to, body: request)
        }
        // Forgotten meanwhile, or switched off: as if it were refused.
        guard let token = try deliveryTokens.peerToken(entry.to) else {
            throw .refused(Problem(.deliveryRefused, "There is no token any more."))
        }
        let request = SealedSendRequest(clientID: entry.clientID, copies: entry.copies, commitment: entry.commitment)
        return try await anonymousCalls(token).run(Endpoints.sealedSend, entry.to, body: request)
    }

    /// The entry with its copies, sealed now if they were not, or if their certificate has aged. `nil` when no device
    /// is left to send to.
    private func sealed(_ key: StoreKey<OutboxEntry>) async throws(ClientError) -> OutboxEntry? {
        guard let entry = try read(key) else { return nil }
        guard needsSealing(entry) else { return entry }
        let pass = try await passForSending(entry)
        let bundles = try await sealer.bundlesForSending(to: entry.to, pass: pass)
        guard var entry = try read(key) else { return nil }
        guard needsSealing(entry) else { return entry }
        var transaction = StoreTransaction()
        guard let copies = try sealer.seal(entry, bundles: bundles, pass: pass, into: &transaction) else {
            throw .cannotSeal
        }
        guard !copies.isEmpty else { return nil }
        entry.copies = copies
        entry.certifiedAt = pass?.receivedAt
        transaction.put(entry, at: key)
        try commit(transaction)
        return entry
    }

    /// Sealed anew is a new message to the recipient's session; that it says the same, its own id tells.
    private func needsSealing(_ entry: OutboxEntry) -> Bool {
        guard !entry.copies.isEmpty else { return true }
        guard let certifiedAt = entry.certifiedAt else { return false }
        let now = surroundings.now()
        return certifiedAt > now || now.seconds(since: certifiedAt) >= ClientLimits.certificateSeconds
    }

    /// What hides the sender of this entry; `nil` where it is shown.
    private func passForSending(_ entry: OutboxEntry) async throws(ClientError) -> SealedPass? {
        guard !entry.showsSender else { return nil }
        do {
            return try await certificates.pass(to: entry.to)
        } catch {
            // A server without certificates still takes messages; one that signs with another key takes none of ours.
            guard case .refused = error, !error.isPassing, !error.asksForLogin else { throw error }
            return nil
        }
    }

    /// Brings an entry's copies in line with the device list: what was sealed for devices that stay is kept.
    private func repair(_ key: StoreKey<OutboxEntry>, _ mismatch: DeviceMismatch) async throws(ClientError) {
        guard let stale = try read(key) else { return }
        let pass = stale.certifiedAt == nil ? nil : try await certificates.pass(to: stale.to)
        _ = try await contacts.freshList(stale.to, pass: pass)
        let bundles = try await sealer.bundlesForSending(to: stale.to, anew: Set(mismatch.stale), pass: pass)
        guard var entry = try read(key), (entry.certifiedAt == nil) == (pass == nil) else { return }
        let gone = Set(mismatch.extra + mismatch.stale)
        entry.copies.removeAll { gone.contains($0.device) }
        let kept = Set(entry.copies.map(\.device))
        var transaction = StoreTransaction()
        let sealed = try sealer.seal(entry, except: kept, bundles: bundles, pass: pass, into: &transaction)
        guard let added = sealed else { throw .cannotSeal }
        entry.copies = (entry.copies + added).sorted { $0.device < $1.device }
        transaction.put(entry, at: key)
        try commit(transaction)
    }

    /// The recipient does not take this token any more: it is forgotten, and the entry goes out signed in.
    private func showSender(_ key: StoreKey<OutboxEntry>, refused token: [UInt8]?) throws(ClientError) {
        guard var entry = try read(key) else { return }
        entry.copies = []
        entry.certifiedAt = nil
        entry.showsSender = true
        var transaction = StoreTransaction()
        transaction.put(entry, at: key)
        // A message may have brought another one meanwhile.
        if let token, try deliveryTokens.peerToken(entry.to) == token { transaction.remove(.peerToken(entry.to)) }
        try commit(transaction)
    }

    /// Why the server knows who sent it, though it need not; `nil` where it does not, or was to know.
    func senderShown(_ entry: OutboxEntry) throws(ClientError) -> SenderShownReason? {
        guard configuration.hidesSender, entry.certifiedAt == nil, entry.line != nil else { return nil }
        let own = try ownAddress()
        guard entry.to != own.account else { return nil }
        if entry.showsSender { return .tokenRefused }
        return try deliveryTokens.peerToken(entry.to) == nil ? .tokenUnknown : .noCertificate
    }
}
