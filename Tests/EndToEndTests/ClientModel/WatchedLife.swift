import TestKit
import Wire

@testable import Client

/// Everything there is to watch of an account, watched until its end, or for as long as somebody looks: by somebody who
/// believes nothing but what is told, and notes what is told wrongly.
final class WatchedLife: Sendable {
    private struct State {
        var chats: [Chat]?
        var waiting: [Line]?
        var connection: ConnectionState?
        var windows: [ChatID: WatchedWindow] = [:]
        var timelines: [ChatID: Timeline] = [:]
        var tasks: [Task<Void, Never>] = []
        var faults: [String] = []
        /// Nobody looks any more.
        var isOver = false
    }

    private let state = Guarded(State())
    private let account: Account
    /// How many lines the timelines open with, in turns.
    private let counts: [Int]
    /// Whether they open in the middle of what is there, and not at the newest line.
    private let isInside: Bool

    init(_ account: Account, counts: [Int], isInside: Bool = false) {
        (self.account, self.counts, self.isInside) = (account, counts, isInside)
        let tasks = [
            Task { [self] in for await chats in account.chats.list { await told(chats) } },
            Task { [self] in
                for await waiting in account.outbox.waiting { note(waiting, \.waiting, "the outbox") }
            },
            Task { [self] in
                for await connection in account.connection { note(connection, \.connection, "the connection") }
            },
        ]
        state.withLock { $0.tasks += tasks }
    }

    /// What was told wrongly.
    var faults: [String] { state.withLock { $0.faults } }

    /// The lines that were shown last.
    var shown: [Line] { state.withLock { $0.windows.values.flatMap(\.lines) } }

    private func note<Value: Equatable>(_ value: Value, _ place: WritableKeyPath<State, Value?>, _ what: String) {
        state.withLock { (state) in
            if state[keyPath: place] == value { state.faults.append("\(what) was told twice: \(value)") }
            state[keyPath: place] = value
        }
    }

    private func told(_ chats: [Chat]) async {
        note(chats, \.chats, "the list of chats")
        for chat in chats where state.withLock({ $0.windows[chat.id] == nil }) {
            let count = state.withLock { (state) in
                state.windows[chat.id] = WatchedWindow()
                return counts[(state.windows.count - 1) % counts.count]
            }
            guard let timeline = await timeline(of: chat.id, count: count) else { continue }
            let task = Task { [self] in
                for await update in timeline.updates { told(update, of: chat.id) }
            }
            state.withLock {
                $0.timelines[chat.id] = timeline
                $0.tasks.append(task)
                if $0.isOver { task.cancel() }
            }
        }
    }

    /// - Returns: `nil` for an account that was closed meanwhile.
    private func timeline(of chat: ChatID, count: Int) async -> Timeline? {
        if isInside, let lines = try? await account.chats.lines(of: chat), !lines.isEmpty {
            let middle = lines[lines.count / 2].id
            // Unless it has gone meanwhile.
            if let timeline = try? await account.chats.timeline(of: chat, at: .line(middle), count: count) {
                return timeline
            }
        }
        return try? await account.chats.timeline(of: chat, count: count)
    }

    private func told(_ update: Timeline.Update, of chat: ChatID) {
        state.withLock { (state) in
            guard let fault = state.windows[chat]?.apply(update) else { return }
            state.faults.append("an update of a timeline \(fault): \(update)")
        }
    }

    /// Grows every timeline to both sides.
    func grow(by count: Int) async {
        for timeline in state.withLock({ Array($0.timelines.values) }) {
            try? await timeline.loadOlder(count)
            try? await timeline.loadNewer(count)
        }
    }

    /// Waits until everything that is watched shows what is there.
    /// - Returns: what does not, after ten seconds; `nil` where everything does.
    func difference(from shown: Shown) async -> String? {
        let deadline = Timestamp.wallClock + 10_000
        while true {
            guard let difference = state.withLock({ Self.difference($0, shown) }) else { return nil }
            if Timestamp.wallClock > deadline { return difference }
            await Task.yield()
        }
    }

    private static func difference(_ state: State, _ shown: Shown) -> String? {
        if state.chats != shown.chats { return "the list of chats was not told to its end" }
        if state.waiting != shown.waiting { return "the outbox was not told to its end" }
        for (chat, lines) in shown.lines {
            guard let window = state.windows[chat] else { return "a chat was not told of" }
            if !window.isEqual(to: lines) {
                return "a timeline was not told to its end: \(window.lines.map(\.brief)), not \(lines.map(\.brief))"
            }
        }
        return nil
    }

    /// Looks away.
    func lookAway() async {
        state.withLock { (state) in
            state.isOver = true
            for task in state.tasks { task.cancel() }
        }
        await end()
    }

    /// Returns once nothing more is told of an account that was closed.
    func end() async {
        while let task = state.withLock({ $0.tasks.popLast() }) { await task.value }
        state.withLock { $0.timelines = [:] }
    }
}

/// What a phone shows when it is asked.
struct Shown: Sendable {
    var chats: [Chat] = []
    var lines: [ChatID: [Line]] = [:]
    var waiting: [Line] = []
}

extension Line {
    /// For a report.
    var brief: String { "\(number) \(removal.map(\.rawValue) ?? text ?? "?") \(delivery)" }
}
