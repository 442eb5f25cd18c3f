/// What a command lets the disk fill with. Where the disk runs full, they are refused one after the other, the first
/// case first; a command that does not say what it is counts as the first.
public enum Growth: Int, Comparable, CaseIterable, Sendable {
    /// Files and what describes them, and whatever does not say what it is.
    case files
    /// Open posts, and what is made for them: accounts, conversations, members.
    case posts
    /// Messages that are sealed, and what sealing needs: prekeys and their claims.
    case messages
    /// Logins and renewals: little, and as often as somebody likes.
    case logins
    /// Next to nothing, or less than before: acknowledgements, logouts, whatever deletes. Never refused for want of
    /// room before the disk itself does so.
    case nothing

    public static func < (one: Growth, other: Growth) -> Bool { one.rawValue < other.rawValue }
}

/// How much room a disk has, and what is refused for that.
public struct DiskState: Sendable, Equatable {
    /// Free for this process, as of the last look.
    public var freeByteCount: UInt64
    /// What is to stay free.
    public var floorByteCount: UInt64
    /// The last of what is refused, and with it all before it; `nil` where nothing is.
    public var refused: Growth?
    /// Whether the space that is kept for when nothing is left is still kept.
    public var hasReserve: Bool

    public init(freeByteCount: UInt64, floorByteCount: UInt64, refused: Growth?, hasReserve: Bool) {
        self.freeByteCount = freeByteCount
        self.floorByteCount = floorByteCount
        self.refused = refused
        self.hasReserve = hasReserve
    }
}
