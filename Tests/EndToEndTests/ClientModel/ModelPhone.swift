import TestKit
import Testing
import Wire

@testable import Client

/// One of the five: a ``Phone`` whose fate and clock the model has in its hands. Everything of the library that the
/// model calls is called here.
final class ModelPhone: @unchecked Sendable {
    // Unchecked: what changes is changed by whoever takes its steps, one after the other.

    /// What became of a text.
    enum Said {
        case accepted(Line)
        case queued(ClientID)
        case unknown(SottoError)
    }

    /// What became of a deletion.
    enum Deleted {
        case done
        /// The server does not allow it.
        case refused
        /// There is no such line.
        case nothing
        case unknown(SottoError)
    }

    let number: Int
    let clock: MovedClock
    let accepted: AcceptedSends
    private let phone: Phone
    private(set) var fate: Fate
    private(set) var life: WatchedLife
    /// Somebody else who looks for a while.
    private(set) var visitor: WatchedLife?
    /// Its fate lets it die at a write.
    private(set) var isDoomed = false
    private(set) var isOffline = false
    private var listener: Task<Void, Never>?
    /// Messages that events have told of, ever.
    private let told = Guarded<Set<LineID>>([])
    /// Messages that were to be deleted: of a post that waited nothing is left.
    private var deleted: Set<LineID> = []
    /// The last number that events have told of an open conversation that is followed.
    private let lastTold = Guarded<[ChatID: UInt64]>([:])
    /// Something may have been told to nobody since the epoch began: its listener left, or its program died.
    private(set) var mayHaveMissed = false
    private let wrongs = Guarded<[String]>([])
    /// How many lines its timelines open with.
    private static let windowCounts = [1_000, 2, 5]

    init(_ number: Int, _ house: House, as name: String?, joining other: ModelPhone?, _ accepted: AcceptedSends)
        async throws
    {
        self.number = number
        self.accepted = accepted
        clock = MovedClock(behind: 10 * 86_400)
        fate = Self.heard(Fate(), accepted, number)
        phone = try await Phone(house, as: name, fate: fate, clock: clock)
        if let other {
            let code = try await phone.devices.requestLink()
            try await phone.devices.completeLink(try await other.phone.devices.link(code: code))
        }
        life = WatchedLife(phone.account, counts: Self.windowCounts)
    }

    private static func heard(_ fate: Fate, _ accepted: AcceptedSends, _ number: Int) -> Fate {
        fate.heard = { accepted.hear($0, $1, from: number) }
        return fate
    }

    func address() async throws -> DeviceAddress { try #require(try await phone.account.whoami()).address }

    /// Learns whom a name belongs to, so that it can be written to offline.
    func meet(_ name: String) async throws {
        _ = try await phone.people.account(of: try #require(Handle(text: name)))
    }

    /// What was told wrongly, of this life or an earlier one.
    var faults: [String] { life.faults + (visitor?.faults ?? []) + wrongs.withLock { $0 } }

    func beginGroup(_ name: String, with members: [String]) async throws -> ConversationID {
        let handles = try members.map { try #require(Handle(text: $0)) }
        return try await phone.chats.createOpenConversation(.group, name: name, members: handles).conversation
    }

    func add(_ members: [String], to group: ConversationID) async throws {
        try await phone.chats.addMembers(try members.map { try #require(Handle(text: $0)) }, to: group)
    }

    /// An epoch begins.
    func begin(isAway: Bool) async {
        mayHaveMissed = false
        await setOffline(isAway)
    }

    // MARK: What its user does

    func say(_ text: String, to chat: ChatID, expiresIn: UInt64?) async throws -> Said {
        let expiry = expiresIn.map { Duration.seconds($0) }
        do {
            // With people by their handles, as most apps begin.
            guard let handle = try await phone.chats.chat(chat)?.handle else {
                return .accepted(try await phone.chats.send(text, to: chat, expiresIn: expiry))
            }
            return .accepted(try await phone.chats.send(text, to: handle, expiresIn: expiry))
        } catch {
            return error.message.map { .queued($0) } ?? .unknown(error)
        }
    }

    func delete(_ line: LineID, forMeOnly: Bool) async -> Deleted {
        deleted.insert(line)
        do {
            try await phone.chats.delete(line, forMeOnly: forMeOnly)
            return .done
        } catch {
            if error.problem?.code == .forbidden { return .refused }
            return switch error.code {
            case .queued: .done
            case .noSuchMessage: .nothing
            default: .unknown(error)
            }
        }
    }

    func line(_ id: LineID) async throws -> Line? { try await phone.chats.line(id) }

    /// What was said in open conversations that is not here is fetched.
    func look(at groups: [ModelGroup]) async {
        for group in groups { _ = try? await phone.chats.lines(of: group.chat, limit: 1_000) }
    }

    func follow(_ group: ConversationID, _ isFollowed: Bool) async throws(SottoError) {
        if isFollowed { try await phone.chats.follow(group) } else { try await phone.chats.unfollow(group) }
    }

    func isFollowed(_ group: ConversationID) async throws -> Bool? {
        try await phone.chats.chat(.conversation(group))?.isFollowed
    }

    func hasHeard(of line: LineID) -> Bool { told.withLock { $0.contains(line) } }

    func sendAll() async { await phone.outbox.sendAll() }

    /// Fetches what waits.
    /// - Returns: how many lines came or went; `nil` where it did not get to the end.
    func fetch() async -> Int? {
        guard listener == nil else { return 0 }
        var count: Int? = 0
        for await event in await phone.account.events(untilIdle: true) {
            if note(event), let known = count { count = known + 1 }
            switch event {
            case .ended: (count, mayHaveMissed) = (nil, true)
            // It would try again after a time, and none passes.
            case .disconnected:
                mayHaveMissed = true
                return nil
            default: break
            }
        }
        return count
    }

    /// Begins to fetch, and leaves.
    func fetch(turns: Int) async {
        mayHaveMissed = true
        let events = await phone.account.events(untilIdle: true)
        let task = Task { [self] in for await event in events { _ = note(event) } }
        for _ in 0..<turns { await Task.yield() }
        task.cancel()
        await task.value
    }

    /// Somebody opens every chat, scrolls back in it, and leaves before all of it has come.
    func glance(turns: Int) async {
        let task = Task { [phone] () async -> SottoError? in
            do throws(SottoError) {
                for chat in try await phone.chats.all() {
                    let timeline = try await phone.chats.timeline(of: chat.id, count: 3)
                    try await timeline.loadOlder(2)
                    _ = try await phone.chats.lines(of: chat.id, before: 4, limit: 2)
                }
                return nil
            } catch {
                return error
            }
        }
        for _ in 0..<turns { await Task.yield() }
        task.cancel()
        guard let error = await task.value, error.code != .cancelled, !error.isPassing, !isDoomed else { return }
        wrongs.withLock { $0.append("who glances at the chats hears: \(error)") }
    }

    /// Begins to listen, and goes on until it is told to stop.
    func listen() async {
        guard listener == nil, !isOffline else { return }
        let events = await phone.account.events()
        listener = Task { [self] in for await event in events { _ = note(event) } }
    }

    func stopListening() async {
        if listener != nil { mayHaveMissed = true }
        listener?.cancel()
        await listener?.value
        listener = nil
    }

    /// - Returns: whether it tells of a line.
    private func note(_ event: SottoEvent) -> Bool {
        switch event {
        case .message(let line):
            let isNew = told.withLock { $0.insert(line.id).inserted }
            if !isNew { wrongs.withLock { $0.append("a message was told twice: \(line)") } }
            noteOrder(of: line)
            return true
        case .unreadable(let line):
            wrongs.withLock { $0.append("a message cannot be read: \(line)") }
            return true
        case .removed: return true
        default: return false
        }
    }

    /// What is told of an open conversation is told in the order of its log.
    private func noteOrder(of line: Line) {
        guard line.id.chat.isOpen else { return }
        let last = lastTold.withLock { (lastTold) in
            let last = lastTold[line.id.chat] ?? 0
            lastTold[line.id.chat] = max(last, line.number.rawValue)
            return last
        }
        if line.number.rawValue < last { wrongs.withLock { $0.append("after number \(last) was told of \(line)") } }
    }

    func setOffline(_ isOffline: Bool) async {
        if isOffline { await stopListening() }
        self.isOffline = isOffline
        fate.isOffline = isOffline
    }

    func growTimelines(by count: Int) async {
        await life.grow(by: count)
        await visitor?.grow(by: count)
    }

    /// Somebody else begins to watch, or looks away.
    func visit(_ isHere: Bool) async {
        if let visitor {
            await visitor.lookAway()
            blame(visitor)
        }
        visitor = isHere ? WatchedLife(phone.account, counts: [2, 4], isInside: true) : nil
    }

    /// Keeps what one who has watched found wrong.
    private func blame(_ watcher: WatchedLife) {
        let faults = watcher.faults
        wrongs.withLock { $0 += faults }
    }

    /// The connection breaks.
    func cut() { fate.cut() }

    /// Its program ends, however it was, and begins again.
    /// - Parameters:
    ///   - next: what awaits the new one.
    ///   - isDoomed: that it dies of it.
    /// - Returns: lines that had been shown and are not there any more, or as they were earlier.
    func restart(_ next: Fate = Fate(), isDoomed: Bool = false) async throws -> [String] {
        if self.isDoomed, fate.hasStruck { mayHaveMissed = true }
        await phone.account.close()
        await stopListening()
        await life.end()
        await visitor?.end()
        let shown = life.shown + (visitor?.shown ?? [])
        blame(life)
        if let visitor { blame(visitor) }
        visitor = nil
        take(next, isDoomed: isDoomed)
        let isOpen: Void? = try? await phone.restart(fate)
        if isOpen == nil {
            // It died of opening its store; or it cannot be opened, and that is told now.
            take(Fate(), isDoomed: false)
            try await phone.restart(fate)
        }
        let lost = try await losses(of: shown)
        life = WatchedLife(phone.account, counts: Self.windowCounts)
        return lost
    }

    private func take(_ next: Fate, isDoomed: Bool) {
        fate = Self.heard(next, accepted, number)
        fate.isOffline = isOffline
        self.isDoomed = isDoomed
    }

    /// What of lines that had been shown is not there any more, or is as it was earlier. One that dies before it has
    /// shown anything shows nothing that could be compared.
    private func losses(of shown: [Line]) async throws -> [String] {
        var lost: [String] = []
        for line in shown {
            if deleted.contains(line.id), line.id.chat.isOpen { continue }
            let later: Line?
            do { later = try await phone.chats.line(line.id) } catch {
                if isDoomed { return lost }
                throw error
            }
            if let loss = line.loss(in: later, at: clock.now) { lost.append(loss) }
        }
        return lost
    }

    /// Asks for everything that there is to show.
    func read() async throws -> Shown {
        var shown = Shown()
        shown.chats = try await phone.chats.all()
        for chat in shown.chats {
            shown.lines[chat.id] = try await phone.chats.lines(of: chat.id, limit: 10_000)
        }
        shown.waiting = try await phone.outbox.lines()
        return shown
    }

    /// The same lines, page by page, the newest first.
    func pages(of chat: ChatID, size: Int) async throws -> [Line] {
        var lines: [Line] = []
        while true {
            let page = try await phone.chats.lines(of: chat, before: lines.first?.number, limit: size)
            if page.isEmpty { return lines }
            lines = page + lines
        }
    }

    func close() async {
        await phone.account.close()
        await stopListening()
        await life.end()
        await visitor?.end()
    }
}

// Times as the ledger has them.
extension Line {
    var writtenAt: Timestamp? { sentAt.map { Timestamp($0) } }
    var acceptedAt: Timestamp? { time.map { Timestamp($0) } }
    var endsAt: Timestamp? { (expiry?.at).map { Timestamp($0) } }
    var lasts: UInt64? { (expiry?.after.components.seconds).map { UInt64($0) } }
}

extension Chat {
    var changedAt: Timestamp { Timestamp(activity) }
}

extension Line {
    /// What of a line that was shown is not so any more, though it was told as durable.
    fileprivate func loss(in later: Line?, at now: Timestamp) -> String? {
        guard let later else {
            let isOver = endsAt.map { $0 <= now } ?? false
            return isOver ? nil : "was shown, and is lost: \(brief)"
        }
        let isLater = removal == nil && later.removal != nil || delivery == .queued && later.delivery != .queued
        let isEarlier = removal != nil && later.removal == nil || delivery != .queued && later.delivery == .queued
        return later == self || isLater && !isEarlier ? nil : "was shown as \(self), and is \(later)"
    }
}
