import Store
public import Wire

/// A clock that jumps must not delete what people wait for.
///
/// Once a minute the store notes what time it is. Where the time is more than a day later than the last one noted
/// (the server was off for long, or the clock is wrong), what is deleted by age is held: queues, and media with their
/// uploads. It goes on when the server has run for a day, or when the operator says that the clock is right. What was
/// promised to a minute, that a message deletes itself, goes through whatever the clock says.
enum ClockJumps {
    /// From the last noted time on, a step that is believed.
    static let believedSeconds: UInt64 = 86_400
    /// Minutes of running after which a clock that jumped is believed.
    static let heldMinutesMax: UInt64 = 1_440

    /// Whether deletions are held at a moment.
    static func isHeld(_ row: ClockRow?, at now: Timestamp) -> Bool {
        guard let row else { return false }
        return row.heldMinutes != nil || now > row.notedAt.adding(seconds: believedSeconds)
    }

    /// What is to be noted a minute after the last time.
    static func noted(_ row: ClockRow?, at now: Timestamp) -> ClockRow {
        guard let row, isHeld(row, at: now) else { return ClockRow(notedAt: now) }
        // Back where it was believed: it had only been wrong.
        guard now > row.notedAt.adding(seconds: believedSeconds) else { return ClockRow(notedAt: now) }
        let minutes = (row.heldMinutes ?? 0) + 1
        return minutes > heldMinutesMax
            ? ClockRow(notedAt: now) : ClockRow(notedAt: row.notedAt, heldMinutes: minutes)
    }
}

extension Look {
    /// Whether what is deleted by age is held, since the clock jumped.
    public func holdsDeletions() throws(Problem) -> Bool {
        ClockJumps.isHeld(try tables.row(ClockRow.byID, 0), at: now)
    }
}

extension Turn {
    /// Notes the time; called once a minute.
    /// - Returns: whether deletions are held from here on.
    public func noteTime() throws(Problem) -> Bool {
        grows(.nothing)
        let row = ClockJumps.noted(try tables.row(ClockRow.byID, 0), at: now)
        try tables.put(row)
        return row.heldMinutes != nil
    }

    /// The operator's word that the clock is right: deletions go on.
    public func believeClock() throws(Problem) {
        grows(.nothing)
        try tables.put(ClockRow(notedAt: now))
    }

    /// Removes what has run out, but for queues while deletions are held.
    /// - Returns: how many rows went; call again while it is not zero.
    public func sweepRows(limit: Int) throws(Problem) -> Int {
        try tables.removeExpired(now: now, limit: limit, keepsQueues: try look.holdsDeletions())
    }
}
