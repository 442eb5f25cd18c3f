public import Store
public import Wire

/// What a device needs to know when it connects.
public struct Arrival: Sendable {
    public var queue: QueueState
    public var conversations: [ConversationID]
    public var oneTimePreKeyCount: Int
}

extension Turn {
    /// Looks up where a device stands. A command and not a query, so that it has a place in the order of commits:
    /// what is committed before is in the store, what is committed after is announced.
    /// - Throws: `unauthenticated` when the device was unlinked meanwhile.
    public mutating func arrive(_ device: DeviceAddress) throws(Problem) -> Arrival {
        grows(.nothing)
        guard var row = try tables.device(device) else {
            throw Problem(.unauthenticated, "This device is no longer linked.")
        }
        var conversations: [ConversationID] = []
        var page: [MemberRow] = []
        repeat {
            page = try tables.rows(MemberRow.ofAccount, device.account, after: conversations.last, limit: 500)
            conversations += page.map(\.conversation)
        } while page.count == 500
        let arrival = Arrival(
            queue: try tables.queueState(of: device), conversations: conversations,
            oneTimePreKeyCount: try tables.oneTimePreKeyCount(of: device))
        let today = Timestamp(milliseconds: now.milliseconds / 86_400_000 * 86_400_000)
        if row.lastSeenDay != today {
            row.lastSeenDay = today
            try tables.updateDevice(row)
        }
        return arrival
    }
}
