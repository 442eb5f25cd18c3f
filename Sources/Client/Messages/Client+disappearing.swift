import Wire

// Messages that end by themselves, and the store that has to forget them.

extension Client {
    /// Takes out what has run out, overwrites what is gone where the store still holds it, and sees to it that both
    /// happen again in time. Called at every start, when listening begins, and by a timer.
    ///
    /// A disk that refuses is asked again with the next message, or at the next start.
    func lookAfterTranscript() {
        for line in (try? takeOutExpired()) ?? [] { tell(.removed(line)) }
        nextExpiry = store.nextExpiry
        forgetStrayDownloads()
        store.eraseIfOwed()
        setTimer()
    }

    /// As the other, where something is due: before anything of the transcript is shown.
    func removeExpired() {
        if let nextExpiry, nextExpiry <= surroundings.now() { lookAfterTranscript() }
    }

    /// Takes out the lines whose time has come.
    /// - Returns: them, with nothing said.
    private func takeOutExpired() throws(ClientError) -> [Line] {
        let now = surroundings.now()
        guard let own = try read(.profile)?.account else { return [] }
        var removed: [Line] = []
        while true {
            let due = try keys(in: .expiries, StoreRange(limit: ClientLimits.expiriesPerTransaction))
                .filter { $0.expiry.map { $0 <= now } ?? true }
            guard !due.isEmpty else { return removed }
            var transaction = StoreTransaction()
            var edit = TranscriptEdit(store, now: now)
            for key in due {
                transaction.remove(key)
                for place in (try? read(key))?.places ?? [] {
                    if let line = try? edit.line(at: place) {
                        let left = try edit.erase(line, at: place, .expired, into: &transaction)
                        removed.append(Line(left, at: place, own: own))
                    } else {
                        // A later version has written it: its end holds all the same.
                        try edit.remove(at: place)
                    }
                    // Also where the line itself says another time: what is due now is done once.
                    if let time = key.expiry { try edit.forgetExpiry(time, of: place) }
                }
            }
            edit.write(into: &transaction)
            try commit(transaction)
        }
    }

    /// A line with an end was written.
    func noteExpiry(_ time: Timestamp) {
        nextExpiry = min(nextExpiry ?? time, time)
        setTimer()
    }

    /// Sets the timer to what is due next; one that ends before stays.
    func setTimer() {
        let now = surroundings.now()
        let settling = store.isLogEmpty ? nil : now.adding(seconds: ClientLimits.settleSeconds)
        guard let next = [nextExpiry, settling].compactMap(\.self).min(), !isClosed else { return }
        // An hour at most: the clock may be set, and the machine may sleep.
        // What is overdue could not be done just now.
        let wait = next > now ? min(next.milliseconds - now.milliseconds, 3_600_000) : 60_000
        let due = Timestamp(milliseconds: now.milliseconds + wait)
        if let timer, timer.due <= due, timer.due > now { return }
        timer?.task.cancel()
        let sleep = surroundings.sleep
        let task = Task { [weak self] in
            // Cancelled with the client, or by the next timer.
            guard (try? await sleep(wait)) != nil, !Task.isCancelled else { return }
            await self?.timerEnded()
        }
        timer = (task, due)
    }

    private func timerEnded() {
        guard !isClosed else { return }
        timer = nil
        store.settle()
        lookAfterTranscript()
    }

    // MARK: Checking

    /// Looks through the store in slices, so that what is missing in it is known. What it finds, whoever asks the store
    /// next hears as well.
    func checkStore() {
        let sleep = surroundings.sleep
        checking = Task { [weak self] in
            var pause = ClientLimits.checkDelayMilliseconds
            while (try? await sleep(pause)) != nil, !Task.isCancelled, await self?.checkSlice() == true {
                pause = ClientLimits.checkPauseMilliseconds
            }
        }
    }

    /// - Returns: whether there is more.
    private func checkSlice() -> Bool {
        guard !isClosed else { return false }
        do {
            return try store.check()
        } catch {
            tell(.trouble(.store(error)))
            return false
        }
    }
}

extension LocalStore {
    /// When the next line disappears.
    var nextExpiry: Timestamp? {
        (try? keys(in: .expiries, StoreRange(limit: 1)))?.first?.expiry
    }
}
