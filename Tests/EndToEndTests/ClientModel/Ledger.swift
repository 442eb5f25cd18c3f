import Wire

/// What five users meant, and when: kept by the test, out of nothing that a client has stored.
///
/// A run has epochs. Clocks move between two of them, and only then. Who is away stays away for a whole epoch, and
/// everybody else has sent and fetched everything at its end. So the ledger alone says in which epoch something was
/// accepted and came, and with that when it disappears.
struct Ledger {
    /// A text that somebody wrote.
    struct Message {
        let number: Int
        /// What was said side by side has the same.
        let rank: Int
        /// The phone that it was written on.
        let author: Int
        let to: Addressee
        let text: String
        let expiresIn: UInt64?
        let epoch: Int
        /// By the clock of its phone.
        let sentAt: Timestamp
        /// Sent between two epochs, while its phone alone was awake; counts as of the later one.
        let isBetween: Bool
        let name: ClientID
    }

    /// Which phone follows which open conversation.
    struct Follower: Hashable {
        let phone: Int
        let group: Int
    }

    /// A message that somebody took out.
    struct Deletion {
        let message: Int
        let phone: Int
        let epoch: Int
        let isForAll: Bool
    }

    /// The account of each phone.
    let accounts: [Int]
    private(set) var messages: [Message] = []
    private(set) var deletions: [Deletion] = []
    /// Since which epoch.
    private(set) var followers: [Follower: Int] = [:]
    /// By epoch, then by phone.
    private(set) var clocks: [[Timestamp]] = []
    /// By epoch: who reaches no server.
    private(set) var away: [Set<Int>] = []
    private var textCount = 0

    init(accounts: [Int]) { self.accounts = accounts }

    var epoch: Int { away.count - 1 }

    /// Before anything of it happens.
    mutating func begin(away phones: Set<Int>) { away.append(phones) }

    /// The clocks have been moved for the epoch that has begun.
    mutating func set(clocks now: [Timestamp]) { clocks.append(now) }

    /// Something that nobody has said before.
    mutating func newText(by phone: Int) -> String {
        textCount += 1
        return "\(textCount) of p\(phone)"
    }

    /// - Parameter rank: of what was said side by side with it.
    mutating func said(
        _ text: String, by phone: Int, to addressee: Addressee, expiresIn: UInt64?, at sentAt: Timestamp,
        isBetween: Bool, as name: ClientID, rank: Int?
    ) {
        messages.append(
            Message(
                number: messages.count, rank: rank ?? messages.count, author: phone, to: addressee, text: text,
                expiresIn: expiresIn, epoch: epoch, sentAt: sentAt, isBetween: isBetween, name: name))
    }

    mutating func deleted(_ message: Int, on phone: Int, isForAll: Bool) {
        deletions.append(Deletion(message: message, phone: phone, epoch: epoch, isForAll: isForAll))
    }

    mutating func followed(_ group: Int, on phone: Int, _ isFollowed: Bool) {
        let follower = Follower(phone: phone, group: group)
        if isFollowed { followers[follower] = followers[follower] ?? epoch } else { followers[follower] = nil }
    }

    /// The first epoch from one on, up to the end, in which a phone reaches the server.
    func firstEpoch(from epoch: Int, through end: Int, of phone: Int) -> Int? {
        guard epoch <= end else { return nil }
        return (epoch...end).first { !away[$0].contains(phone) }
    }
}
