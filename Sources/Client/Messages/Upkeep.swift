import Wire

/// Messages that end by themselves, and the store that has to forget them.
final class Upkeep: Room {
    /// When the next line of the transcript disappears.
    private var nextExpiry: Timestamp?
    /// Until the next of that, or until the store's log is to be overwritten; and when it ends.
    private var timer: (task: Task<Void, Never>, due: Timestamp)?
    /// Looks through the store while nothing else is done.
    private var checking: Task<Void, Never>?
    /// What else is looked after each time.
    var whenLooking: [() -> Void] = []

    override init(_ ground: Ground) {
        super.init(ground)
        nextExpiry = store.nextExpiry
        ground.records.whenDurable.append { [unowned self] (_) in setTimer() }
        ground.records.whenTakenBack.append { [unowned self] in nextExpiry = store.nextExpiry }
    }

    /// The folder was opened.
    func begin() {
        guard !ground.isClosed else { return }
        lookAfter()
        checkStore()
    }

    /// Nothing more is looked after.
    func end() {
        timer?.task.cancel()
        checking?.cancel()
    }

    /// Takes out what has run out, overwrites what is gone where the store still holds it, and sees to it that both
    /// happen again in time. Called at every start, when listening begins, and by a timer.
    ///
    /// A disk that refuses is asked again with the next message, or at the next start.
    func lookAfter() {
        for line in (try? takeOutExpired()) ?? [] { tell(.removed(line)) }
        nextExpiry = store.nextExpiry
        for look in whenLooking { look() }
        store.eraseIfOwed()
        setTimer()
    }

    /// As the other, where something is due: before anything of the transcript is shown.
    func removeExpired() {
        if let nextExpiry, nextExpiry <= surroundings.now() { lookAfter() }
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
    private func setTimer() {
        let now = surroundings.now()
        let settling = store.isLogEmpty ? nil : now.adding(seconds: ClientLimits.settleSeconds)
        guard let next = [nextExpiry, settling].compactMap(\.self).min(), !ground.isClosed else { return }
        // An hour at most: the clock may be set, and the machine may sleep.
        // What is overdue could not be done just now.
        let wait = next > now ? min(next.milliseconds - now.milliseconds, 3_600_000) : 60_000
        let due = Timestamp(milliseconds: now.milliseconds + wait)
        if let timer, timer.due <= due, timer.due > now { return }
        timer?.task.cancel()
        // Cancelled with the owner, or by the next timer.
        let task = ground.errands.begin(after: wait, surroundings.sleep) { (rooms) in rooms.upkeep.timerEnded() }
        timer = (task, due)
    }

    private func timerEnded() {
        guard !ground.isClosed else { return }
        timer = nil
        store.settle()
        lookAfter()
    }

    // MARK: Checking

    /// Looks through the store in slices, so that what is missing in it is known. What it finds, whoever asks the store
    /// next hears as well.
    private func checkStore() {
        check(after: ClientLimits.checkDelayMilliseconds)
    }

    private func check(after milliseconds: UInt64) {
        checking = ground.errands.begin(after: milliseconds, surroundings.sleep) { (rooms) in
            rooms.upkeep.checkSlice()
        }
    }

    private func checkSlice() {
        guard !ground.isClosed else { return }
        do {
            if try store.check() { check(after: ClientLimits.checkPauseMilliseconds) }
        } catch {
            tell(.trouble(SottoError(.store(error))))
        }
    }
}

extension LocalStore {
    /// When the next line disappears.
    var nextExpiry: Timestamp? {
        (try? keys(in: .expiries, StoreRange(limit: 1)))?.first?.expiry
    }
}
