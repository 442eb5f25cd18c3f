public import Store
public import Wire

/// What a device needs to know when it connects.
public struct Arrival: Sendable {
    public var queue: QueueState
    public var memberships: Memberships
    public var oneTimePreKeyCount: Int
}

/// The conversations that an account is in, a page at a time.
public struct Memberships: Sendable {
    /// How many a page has, and how many the first one, which the writer reads.
    public static let pageCount = 200
    public static let firstPageCount = 50

    /// In their order.
    public var conversations: [ConversationID]
    /// After which the next page begins; `nil` at the end.
    public var next: ConversationID?

    public init(_ conversations: [ConversationID], next: ConversationID? = nil) {
        self.conversations = conversations
        self.next = next
    }
}

extension ReadableTables {
    /// - Parameter last: of the page before; `nil` for the first.
    func memberships(of account: AccountID, after last: ConversationID?, limit: Int) throws(Problem) -> Memberships {
        let rows = try rows(MemberRow.ofAccount, account, after: last, limit: limit + 1)
        let page = rows.prefix(limit).map(\.conversation)
        return Memberships(page, next: rows.count > limit ? page.last : nil)
    }
}

extension Look {
    /// A page of the conversations that an account is in.
    public func memberships(
        of account: AccountID, after last: ConversationID, limit: Int = Memberships.pageCount
    ) throws(Problem) -> Memberships {
        try tables.memberships(of: account, after: last, limit: limit)
    }
}

extension Turn {
    /// Looks up where a device stands, with the first page of its conversations. A command and not a query, so that
    /// it has a place in the order of commits: what is committed before is in the store, what is committed after is
    /// announced. It takes a short time, however many conversations there are.
    /// - Parameter limit: conversations of a page.
    /// - Throws: `unauthenticated` when the device was unlinked meanwhile, `not-found` when its account was deleted.
    public mutating func arrive(
        _ device: DeviceAddress, limit: Int = Memberships.firstPageCount
    ) throws(Problem) -> Arrival {
        grows(.nothing)
        guard var row = try tables.device(device) else { throw try absence(of: device) }
        let memberships = try tables.memberships(of: device.account, after: nil, limit: limit)
        let today = Timestamp(milliseconds: now.milliseconds / 86_400_000 * 86_400_000)
        if row.lastSeenDay != today {
            row.lastSeenDay = today
            try tables.updateDevice(row)
        }
        return try arrival(of: device, memberships)
    }

    /// Looks up where a device stands whose conversations were read meanwhile.
    /// - Throws: as ``arrive(_:limit:)``.
    public mutating func arriveAgain(_ device: DeviceAddress) throws(Problem) -> Arrival {
        grows(.nothing)
        guard try tables.device(device) != nil else { throw try absence(of: device) }
        return try arrival(of: device, Memberships([]))
    }

    /// Why a device that was there a moment ago is not: its client does something else in each case.
    private func absence(of device: DeviceAddress) throws(Problem) -> Problem {
        try tables.account(device.account) == nil
            ? Problem(.notFound, "This account was deleted.")
            : Problem(.unauthenticated, "This device is no longer linked.")
    }

    private func arrival(of device: DeviceAddress, _ memberships: Memberships) throws(Problem) -> Arrival {
        Arrival(
            queue: try tables.queueState(of: device), memberships: memberships,
            oneTimePreKeyCount: try tables.oneTimePreKeyCount(of: device))
    }
}

extension CloseCode {
    /// What a socket is closed with whose device did not arrive: as it would have been a moment later.
    /// - Parameter problem: what ``Turn/arrive(_:limit:)`` refused with, or what was in the way of it.
    public init(refusedArrival problem: Problem) {
        self =
            switch problem.code {
            case .unauthenticated: .deviceUnlinked
            case .notFound: .accountDeleted
            default: .restart
            }
    }
}
