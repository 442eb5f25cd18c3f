package import SQLite
package import Wire

/// A row that verbs write themselves, by the generic calls of ``Tables``. What needs more than its own row to be
/// right (a device and its queue, media and their totals) is a ``SQLite/StoredRow`` only, and has calls of its own.
package protocol TableRow: StoredRow {
    /// Under which names the writer may have the row at hand.
    var cacheNames: [CachedRow] { get }
    static var isCached: Bool { get }
}

extension TableRow {
    /// None.
    package var cacheNames: [CachedRow] { [] }
    /// No.
    package static var isCached: Bool { false }
}

/// A row that the writer keeps at hand.
package enum CachedRow: Sendable {
    case account(AccountID)
    case devices(AccountID)
    case conversation(ConversationID)
    case dm(DMPair)
    case member(AccountID, ConversationID)
}
