public import Store
public import Wire

/// What a shared address stands for: somebody who may download the media lends that to whoever has the address.
///
/// So it is good for as long as its maker may, and ends with the maker's device, account or membership.
public struct MediaGrant: Sendable, Equatable {
    /// The device that made it.
    public let maker: DeviceAddress
    /// When the maker joined the conversation of the media; `nil` for media of none. Who leaves and comes back has
    /// joined at another time, and addresses of before stay dead.
    public let joinedAt: Timestamp?
    public let expiresAt: Timestamp

    init(maker: DeviceAddress, joinedAt: Timestamp?, expiresAt: Timestamp) {
        self.maker = maker
        self.joinedAt = joinedAt
        self.expiresAt = expiresAt
    }
}

extension Look {
    /// What a device lends of media that it may download.
    /// - Throws: `not-found`; `forbidden` for whoever uploaded them, and has left their conversation.
    public func grant(of media: MediaID, by maker: DeviceAddress, seconds: UInt64) throws(Problem) -> MediaGrant {
        let row = try readableMedia(media, by: maker.account)
        var joinedAt: Timestamp?
        if let conversation = row.conversation {
            guard let member = try tables.member(maker.account, of: conversation) else {
                throw Problem(.forbidden, "Only members make addresses of what is in a conversation.")
            }
            joinedAt = member.joinedAt
        }
        return MediaGrant(maker: maker, joinedAt: joinedAt, expiresAt: now.adding(seconds: seconds))
    }

    /// Complete media, for whoever has an address of them.
    /// - Parameter grant: `nil` when the address is not ours or its time is over.
    /// - Throws: `unauthenticated`, also when the maker may not download them any more, in the same words; `not-found`.
    public func media(_ media: MediaID, under grant: MediaGrant?) throws(Problem) -> MediaRow {
        let refusal = Problem(.unauthenticated, "The address is not ours, or not good any more.")
        guard let grant else { throw refusal }
        let row = try completeMedia(media)
        guard try tables.device(grant.maker) != nil, row.use == nil || row.owner.account == grant.maker.account else {
            throw refusal
        }
        if let conversation = row.conversation {
            let member = try tables.member(grant.maker.account, of: conversation)
            guard let member, member.joinedAt == grant.joinedAt else { throw refusal }
        }
        return row
    }
}
