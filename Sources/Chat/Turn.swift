public import Store
public import Wire

/// One look at a snapshot: what queries are written against.
public struct Look {
    public let tables: ReadableTables
    public let now: Timestamp

    public init(tables: ReadableTables, now: Timestamp) {
        self.tables = tables
        self.now = now
    }
}

/// One command while it runs: what verbs are written against.
///
/// A verb decides and writes rows; whatever must happen beside that (a socket that hears of it, a socket that is
/// closed) it leaves in ``effects``, which are performed after the commit, in order, and not at all if there is none.
public struct Turn {
    public let tables: Tables
    public let now: Timestamp
    let bounds: AccountBounds
    public private(set) var effects: [Effect] = []

    public init(tables: Tables, now: Timestamp, bounds: AccountBounds = AccountBounds()) {
        self.tables = tables
        self.now = now
        self.bounds = bounds
    }

    /// The same moment, for reading.
    public var look: Look { Look(tables: tables, now: now) }

    /// Says what the verb lets the disk fill with, before it writes. One that does not is refused first where the disk
    /// runs full; what only removes is never refused for that.
    func grows(_ growth: Growth) { tables.growth = growth }

    /// Leaves something to be done after the commit.
    public mutating func after(_ effect: Effect) { effects.append(effect) }
}

/// What follows from a committed command, for those who are connected here. All of it is a hint: whoever misses one
/// finds the same in the store.
public enum Effect: Sendable {
    /// An envelope took its place in a device's queue.
    case deliver(Envelope, to: DeviceAddress)
    /// A conversation's log has a new entry.
    case announce(LogEntry)
    /// An account is from now on among those who hear of a conversation, or no more.
    case joined(AccountID, ConversationID)
    case left(AccountID, ConversationID)
    case notify(ServerFrame.Notice, DeviceAddress)
    case disconnect(DeviceAddress, CloseCode)
}
