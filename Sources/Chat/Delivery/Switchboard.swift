import Glibc
import Threads
public import Wire

/// A connected device as the switchboard knows it: an object that lives on one event loop.
public protocol DeviceLine: AnyObject, Hashable, Sendable {
    /// Which loop it lives on, counted from 0.
    var loopIndex: Int { get }
    var address: DeviceAddress { get }
}

/// Something for the lines of one loop, in the order of commits.
public enum Dispatch<L: DeviceLine>: Sendable {
    case envelope(Envelope, L)
    /// One entry for many lines: the loop encodes it once for each form.
    case entry(LogEntry, [L])
    /// A frame for one line, such as the answer to a send.
    case frame(ServerFrame, L)
    case close(CloseCode, L)
    /// The line was entered; it learns where it stands. Where there are more conversations than that, it has them
    /// read, and hears this again.
    case arrived(Arrival, L)
}

/// Knows who is connected here, and turns the effects of commits into one post per loop and batch.
///
/// All state is behind one lock; nothing is called while it is held. Effects come from the store's writer thread in
/// commit order and leave for each loop in that order.
public final class Switchboard<L: DeviceLine>: @unchecked Sendable {
    private struct State {
        var lines: [DeviceAddress: L] = [:]
        /// Who of an account is connected, to find its lines when it joins a conversation.
        var accounts: [AccountID: [L]] = [:]
        /// For each conversation, the lines of its members, by loop, in no order.
        var listeners: [ConversationID: [[L]]] = [:]
        /// What each line listens to, and its place among the listeners of its loop: leaving takes the same short time,
        /// however many there are.
        var subscriptions: [L: [ConversationID: Int]] = [:]
        /// Of lines whose conversations are still being read, those that their account has left meanwhile.
        var arriving: [L: Set<ConversationID>] = [:]
        var outboxes: [[Dispatch<L>]]
    }

    private let lock = Lock()
    // Guarded by `lock`.
    private var state: State
    private let post: @Sendable (_ loopIndex: Int, _ batch: DispatchBatch<L>) -> Void
    private let room: DispatchRoom

    /// - Parameter post: hands dispatches to a loop, which lets go of them when it has read them; called outside the
    ///   lock, on the thread that flushes or passes on.
    public init(loopCount: Int, post: @escaping @Sendable (_ loopIndex: Int, _ batch: DispatchBatch<L>) -> Void) {
        state = State(outboxes: Array(repeating: [], count: loopCount))
        room = DispatchRoom(loopCount: loopCount)
        self.post = post
    }

    /// Whether too much waits for some loop: then no verb should run.
    public var isFull: Bool { room.isFull }

    /// How many devices are connected here.
    public var lineCount: Int { lock.withLock { state.lines.count } }

    // MARK: Coming and going

    /// Enters a line and what it listens to, and tells it so. A line of the same device is displaced: closed, and no
    /// longer found.
    ///
    /// Where the arrival has not all of its conversations, the line is arriving: entries come to it that it has to pass
    /// over, envelopes and notices do not, until ``listen(_:to:)`` had the rest and ``arrived(_:_:)`` ends it.
    public func connect(_ line: L, _ arrival: Arrival) {
        lock.withLock {
            if let displaced = state.lines[line.address], displaced !== line {
                Self.hide(displaced, from: &state)
                state.outboxes[displaced.loopIndex].append(.close(.displaced, displaced))
            }
            state.lines[line.address] = line
            state.accounts[line.address.account, default: []].append(line)
            if arrival.memberships.next != nil { state.arriving[line] = [] }
            for conversation in arrival.memberships.conversations { Self.listen(line, to: conversation, in: &state) }
            state.outboxes[line.loopIndex].append(.arrived(arrival, line))
        }
    }

    /// A page of what an arriving line listens to, as it was in the store at any time since it was entered.
    /// - Returns: whether the line is still arriving.
    public func listen(_ line: L, to page: Memberships) -> Bool {
        lock.withLock {
            guard let left = state.arriving[line] else { return false }
            for conversation in page.conversations where !left.contains(conversation) {
                Self.listen(line, to: conversation, in: &state)
            }
            return true
        }
    }

    /// Everything that an arriving line listens to is known: it learns where it stands.
    public func arrived(_ line: L, _ arrival: Arrival) {
        lock.withLock {
            guard state.arriving.removeValue(forKey: line) != nil else { return }
            state.outboxes[line.loopIndex].append(.arrived(arrival, line))
        }
    }

    /// Forgets a line. A newer line of the same device stays. A line that was closed is forgotten by this alone.
    public func disconnect(_ line: L) {
        let conversations = lock.withLock {
            Self.hide(line, from: &state)
            return state.subscriptions[line].map { Array($0.keys) } ?? []
        }
        // Others must not wait for a line that listens to very many.
        for start in stride(from: 0, to: conversations.count, by: Self.conversationsAtOnce) {
            let end = min(conversations.count, start + Self.conversationsAtOnce)
            lock.withLock {
                for conversation in conversations[start..<end] { Self.unlisten(line, to: conversation, in: &state) }
            }
        }
        lock.withLock { state.subscriptions[line] = nil }
    }

    /// Of how many conversations a line is taken before others have their turn.
    private static var conversationsAtOnce: Int { 256 }

    // MARK: Effects

    /// Puts each effect into the outbox of the loops it concerns. ``flush()`` sends them off.
    public func perform(_ effects: [Effect]) {
        lock.withLock {
            for effect in effects { Self.perform(effect, on: &state) }
        }
    }

    /// Posts envelopes that are kept nowhere, at once and beside the outboxes: what those hold keeps its order. For a
    /// loop that has too much before it there is no later.
    public func pass(_ passing: Passing) {
        let found = lock.withLock {
            passing.envelopes.compactMap { (envelope, recipient) in
                guard let line = state.lines[recipient], state.arriving[line] == nil else { return nil }
                return (envelope, line)
            } as [(Envelope, L)]
        }
        for (envelope, line) in found where !room.isFull(line.loopIndex) {
            send([.envelope(envelope, line)], to: line.loopIndex)
        }
    }

    /// Puts a frame for one line into its loop's outbox, in order with the effects.
    public func tell(_ line: L, _ frame: ServerFrame) {
        lock.withLock { state.outboxes[line.loopIndex].append(.frame(frame, line)) }
    }

    /// Puts a goodbye into its loop's outbox. The line is no longer found, and forgotten when it disconnects.
    public func close(_ line: L, _ code: CloseCode) {
        lock.withLock {
            Self.hide(line, from: &state)
            state.outboxes[line.loopIndex].append(.close(code, line))
        }
    }

    /// Posts what the outboxes hold, once for each loop. Called after every batch of commits.
    public func flush() {
        let full = lock.withLock { () -> [(Int, [Dispatch<L>])] in
            var full: [(Int, [Dispatch<L>])] = []
            for index in state.outboxes.indices where !state.outboxes[index].isEmpty {
                full.append((index, state.outboxes[index]))
                state.outboxes[index] = []
                state.outboxes[index].reserveCapacity(min(full[full.count - 1].1.count, 1024))
            }
            return full
        }
        for (index, dispatches) in full { send(dispatches, to: index) }
    }

    private func send(_ dispatches: [Dispatch<L>], to loopIndex: Int) {
        post(loopIndex, DispatchBatch(dispatches, to: loopIndex, counting: room))
    }

    // MARK: Details

    private static func perform(_ effect: Effect, on state: inout State) {
        switch effect {
        case .deliver(let envelope, let address):
            guard let line = state.lines[address], state.arriving[line] == nil else { return }
            state.outboxes[line.loopIndex].append(.envelope(envelope, line))
        case .announce(let entry):
            guard let listeners = state.listeners[entry.conversation] else { return }
            for (loopIndex, lines) in listeners.enumerated() where !lines.isEmpty {
                state.outboxes[loopIndex].append(.entry(entry, lines))
            }
        case .joined(let account, let conversation):
            for line in state.accounts[account] ?? [] {
                state.arriving[line]?.remove(conversation)
                listen(line, to: conversation, in: &state)
            }
        case .left(let account, let conversation):
            for line in state.accounts[account] ?? [] {
                state.arriving[line]?.insert(conversation)
                unlisten(line, to: conversation, in: &state)
            }
        case .notify(let notice, let address):
            guard let line = state.lines[address], state.arriving[line] == nil else { return }
            state.outboxes[line.loopIndex].append(.frame(.notice(notice), line))
        case .disconnect(let address, let code):
            guard let line = state.lines[address] else { return }
            hide(line, from: &state)
            state.outboxes[line.loopIndex].append(.close(code, line))
        }
    }

    private static func listen(_ line: L, to conversation: ConversationID, in state: inout State) {
        guard state.subscriptions[line]?[conversation] == nil else { return }
        let none = Array(repeating: [L](), count: state.outboxes.count)
        state.listeners[conversation, default: none][line.loopIndex].append(line)
        let count = state.listeners[conversation]?[line.loopIndex].count ?? 1
        state.subscriptions[line, default: [:]][conversation] = count - 1
    }

    private static func unlisten(_ line: L, to conversation: ConversationID, in state: inout State) {
        guard let place = state.subscriptions[line]?.removeValue(forKey: conversation) else { return }
        // The last takes the place of the one that goes.
        guard let last = state.listeners[conversation]?[line.loopIndex].popLast() else { return }
        if last !== line {
            state.listeners[conversation]?[line.loopIndex][place] = last
            state.subscriptions[last]?[conversation] = place
        } else if state.listeners[conversation]?.allSatisfy(\.isEmpty) == true {
            state.listeners[conversation] = nil
        }
    }

    /// A line that is no longer found by its device or its account. What is announced still goes to it, behind the
    /// goodbye, until it disconnects; which its loop sees to when it reads the goodbye.
    private static func hide(_ line: L, from state: inout State) {
        state.arriving[line] = nil
        state.accounts[line.address.account]?.removeAll { $0 === line }
        if state.accounts[line.address.account]?.isEmpty == true { state.accounts[line.address.account] = nil }
        if state.lines[line.address] === line { state.lines[line.address] = nil }
    }
}
