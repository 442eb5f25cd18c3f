import Wire

/// What belongs together in the local store: it lies together in the file, and can go at once. Its name is in the file
/// as a keyed hash only.
struct StoreScope: Hashable, Sendable {
    let name: String

    /// Profile and counters.
    static let basics = StoreScope(name: "basics")
    /// The rest of what the own account has one of, or few.
    static let ownAccount = StoreScope(name: "own-account")
    static let preKeys = StoreScope(name: "prekeys")
    static let contacts = StoreScope(name: "contacts")
    static let peerTokens = StoreScope(name: "peer-tokens")
    /// What the list of chats shows.
    static let chats = StoreScope(name: "chats")
    /// What is to go from the chats, and when.
    static let transcript = StoreScope(name: "transcript")
    /// Contents that a later version may explain.
    static let proofs = StoreScope(name: "proofs")
    /// Frames of a later version.
    static let keptFrames = StoreScope(name: "kept-frames")
    /// What is on its way out, and files both ways.
    static let underWay = StoreScope(name: "under-way")
    static let stickers = StoreScope(name: "stickers")

    /// The lines of a chat.
    static func chat(_ chat: ChatID) -> StoreScope { StoreScope(name: "chat/\(chat)") }

    /// What proves lines of a chat.
    static func proofs(of chat: ChatID) -> StoreScope { StoreScope(name: "proofs/\(chat)") }

    /// Sessions with an account, and what there is of each of its messages.
    static func account(_ account: AccountID) -> StoreScope { StoreScope(name: "account/\(account)") }
}
