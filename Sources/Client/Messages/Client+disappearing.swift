import Wire

// Messages that end by themselves, and the journal that has to forget them.

extension Client {
    /// Takes out what has run out, writes the journal anew where it still holds something that is gone, and sees to it
    /// that both happen again in time. Called at every start, when listening begins, and by a timer.
    ///
    /// A disk that refuses is asked again with the next message, or at the next start.
    func lookAfterTranscript() {
        for line in (try? store.removeExpired(now: surroundings.now())) ?? [] { teller?(.removed(line)) }
        nextExpiry = store.nextExpiry
        forgetStrayDownloads()
        rewriteIfOwed()
        setTimer()
    }

    /// As the other, where something is due: before anything of the transcript is shown.
    func removeExpired() {
        if let nextExpiry, nextExpiry <= surroundings.now() { lookAfterTranscript() }
    }

    /// A line with an end was written.
    func noteExpiry(_ time: Timestamp) {
        nextExpiry = min(nextExpiry ?? time, time)
        setTimer()
    }

    /// Not for every deletion at once: somebody who deletes a thousand messages shall not make this device write its
    /// transcript a thousand times.
    private func rewriteIfOwed() {
        guard store.isRewriteOwed, rewriteDue.map({ $0 <= surroundings.now() }) ?? true else { return }
        store.rewriteIfOwed()
        rewrittenAt = surroundings.now()
    }

    /// When the journal may be written anew.
    private var rewriteDue: Timestamp? {
        // A clock that was set back does not put it off.
        guard let rewrittenAt, rewrittenAt <= surroundings.now() else { return nil }
        return rewrittenAt.adding(seconds: ClientLimits.rewriteSeconds)
    }

    private func setTimer() {
        timer?.cancel()
        timer = nil
        let now = surroundings.now()
        let due = [nextExpiry, store.isRewriteOwed ? rewriteDue ?? now.adding(seconds: 1) : nil].compactMap(\.self)
        guard let next = due.min(), !isClosed else { return }
        // An hour at most: the clock may be set, and the machine may sleep.
        // What is overdue could not be done just now.
        let wait = next > now ? min(next.milliseconds - now.milliseconds, 3_600_000) : 60_000
        let sleep = surroundings.sleep
        timer = Task { [weak self] in
            // Cancelled with the client, or by the next timer.
            guard (try? await sleep(wait)) != nil, !Task.isCancelled else { return }
            await self?.lookAfterTranscript()
        }
    }
}
