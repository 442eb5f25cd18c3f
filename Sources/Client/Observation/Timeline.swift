/// A window of a chat that somebody looks at, and is told of everything that changes in it. It holds at most 1,000
/// lines: what grows at one end beyond that goes at the other.
///
/// It is forgotten with its last reference.
public final class Timeline: Sendable {
    /// Where a timeline opens.
    public enum Opening: Sendable, Equatable {
        /// At the newest lines; what comes joins.
        case newest
        /// Around a line.
        case line(LineID)
        /// Around the first line that is not older; at the newest where all are.
        case date(Date)
    }

    /// What is there to see.
    public struct Snapshot: Sendable, Equatable {
        /// In the order of the chat.
        public let lines: [Line]
        /// Whether the chat may have lines before the first: ``Timeline/loadOlder(_:)`` gets them.
        public let hasOlder: Bool
        /// Whether the chat has lines behind the last: ``Timeline/loadNewer(_:)`` gets them.
        public let hasNewer: Bool
    }

    /// A snapshot, and what is other than in the one before that this watcher was given.
    public struct Update: Sendable, Equatable {
        /// The window as it is now.
        public let snapshot: Snapshot
        /// In the order of the chat.
        public let inserted: [LineID]
        /// Lines that became others and stayed where they were.
        public let changed: [LineID]
        /// In the order in which they stood.
        public let removed: [LineID]

        init(_ snapshot: Snapshot, since before: Snapshot?) {
            self.snapshot = snapshot
            let old = Dictionary((before?.lines ?? []).map { ($0.id, $0) }, uniquingKeysWith: { (first, _) in first })
            let ids = Set(snapshot.lines.map(\.id))
            inserted = snapshot.lines.filter { old[$0.id] == nil }.map(\.id)
            changed = snapshot.lines.filter { (line) in old[line.id].map { $0 != line } ?? false }.map(\.id)
            removed = (before?.lines ?? []).map(\.id).filter { !ids.contains($0) }
        }
    }

    /// Every update, for one watcher: first what is there, all of it inserted.
    public struct Updates: AsyncSequence, Sendable {
        public typealias Element = Update
        public typealias Failure = Never

        fileprivate let snapshots: Observed<Snapshot>

        public func makeAsyncIterator() -> Iterator { Iterator(snapshots: snapshots.makeAsyncIterator()) }

        /// One who watches.
        public struct Iterator: AsyncIteratorProtocol {
            fileprivate var snapshots: Observed<Snapshot>.Iterator
            private var before: Snapshot?

            fileprivate init(snapshots: Observed<Snapshot>.Iterator) { self.snapshots = snapshots }

            /// What has changed since the last one; `nil` at the end.
            public mutating func next() async -> Update? { await next(isolation: nil) }

            /// As ``next()``, for whoever is isolated.
            public mutating func next(isolation actor: isolated (any Actor)?) async -> Update? {
                guard let snapshot = await snapshots.next(isolation: actor) else { return nil }
                defer { before = snapshot }
                return Update(snapshot, since: before)
            }
        }
    }

    /// What it is a window of.
    public let chat: ChatID
    private let number: UInt64
    private let owner: AccountOwner

    init(_ chat: ChatID, number: UInt64, _ owner: AccountOwner) {
        self.chat = chat
        self.number = number
        self.owner = owner
    }

    deinit {
        let (owner, number) = (owner, number)
        Task { await owner.run { (rooms) in rooms.watching.forget(timeline: number) } }
    }

    /// What changes in it; any number may watch.
    public var updates: Updates {
        // Holds this object, so that it is not forgotten while somebody watches.
        Updates(snapshots: Observed { [self] in
            await owner.run { (rooms) in rooms.watching.watch(timeline: number) }
        })
    }

    /// Grows to lines before the first; of an open conversation those that are not here are fetched. Without any it
    /// changes nothing.
    /// - Throws: what the server could not be asked, or refuses; then it stays as it is.
    public func loadOlder(_ count: Int = 50) async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.watching.grow(timeline: number, older: count)
        }
    }

    /// Grows to lines behind the last, as ``loadOlder(_:)`` does to the other side.
    public func loadNewer(_ count: Int = 50) async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.watching.grow(timeline: number, newer: count)
        }
    }
}
