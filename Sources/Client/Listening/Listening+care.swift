import Wire

// What a device does at each connect, besides reading its queue.

extension Listening {
    /// What is done before the queue is read, where only what waits is wanted.
    /// - Parameter isCareTaken: whether an earlier try has looked after the device.
    /// - Returns: what failed last and may pass, so that it is to be tried again.
    /// - Throws: only what says that there is no account or device any more.
    func prepare(isCareTaken: inout Bool) async throws(ClientError) -> ClientError? {
        var unfinished: ClientError?
        if !isCareTaken {
            unfinished = try await lookAfter()
            isCareTaken = unfinished == nil
        }
        try await beside(&unfinished) { () async throws(ClientError) in try await self.logs.catchUp() }
        return unfinished
    }

    /// Knows its own devices, sends what waits, keeps its prekeys in stock, and more. What is refused is told, and does
    /// not keep the rest from being done.
    /// - Returns: what failed last and may pass. Where the server was not reached, nothing more was asked of it.
    /// - Throws: only what says that there is no account or device any more.
    private func lookAfter() async throws(ClientError) -> ClientError? {
        var unfinished: ClientError?
        await refreshOwnList()
        await receiver.openKept()
        try await beside(&unfinished) { () async throws(ClientError) in try await self.lookAfterSealedSenders() }
        await mailer.sendMessages()
        await mediaDeletions.deleteMedia()
        try await beside(&unfinished) { () async throws(ClientError) in try await self.replenish() }
        await backups.updateIfAny()
        try await beside(&unfinished) { () async throws(ClientError) in try await self.ownEntries.watch() }
        return unfinished
    }

    private func beside(
        _ unfinished: inout ClientError?, _ work: () async throws(ClientError) -> Void
    ) async throws(ClientError) {
        if case .unreachable = unfinished { return }
        do throws(ClientError) {
            try await work()
        } catch {
            guard !error.saysGone else { throw error }
            if error.isPassing { unfinished = error } else { tell(.trouble(SottoError(error))) }
        }
    }

    /// What hides senders: the own token for others, and a certificate for this device.
    private func lookAfterSealedSenders() async throws(ClientError) {
        do {
            try await deliveryTokens.lookAfterDeliveryToken()
            try await certificates.lookAfterCertificate()
        } catch {
            // An older server has neither.
            guard case .refused(let problem) = error, problem.code == .notFound else { throw error }
        }
    }

    private func replenish() async throws(ClientError) {
        let count = try await preKeyKeeper.replenish()
        if count > 0 { tell(.keysUploaded(count: count)) }
    }

    // MARK: Beside a connection, which ends by itself

    func lookAfterQuietly() async {
        do { _ = try await lookAfter() } catch { tell(.trouble(SottoError(error))) }
    }

    func replenishQuietly() async {
        do { try await replenish() } catch { if !error.isPassing { tell(.trouble(SottoError(error))) } }
    }

    func refreshOwnList() async {
        do {
            let own = try ownAddress()
            let before = try contacts.knownList(own.account)?.epoch
            let epoch = try await contacts.freshList(own.account).epoch
            if epoch != before { tell(.devicesChanged(epoch: epoch)) }
        } catch {
            if !error.isPassing { tell(.trouble(SottoError(error))) }
        }
    }
}

extension ClientError {
    /// Whether there is no account or no device any more, so that nothing can come.
    fileprivate var saysGone: Bool {
        switch self {
        case .unlinked, .accountDeleted, .notRegistered, .notLinkedYet: true
        default: false
        }
    }
}
