import Store
public import Wire

/// What media may be chosen for.
enum MediaPurpose: Equatable {
    case avatar, emoji
    /// Of that conversation, which is open.
    case image(ConversationID)
}

extension Look {
    /// Media that an account may put to a use: its own, open, uploaded for that, with a picture, and not in use yet.
    /// - Throws: `unauthenticated` when the account was deleted meanwhile; `not-found`; `requires-open-mode`;
    ///   `other-use`; `media-not-ready`.
    func chosen(
        _ media: MediaID, for purpose: MediaPurpose, by account: AccountID
    ) throws(Problem) -> MediaRow {
        guard try tables.account(account) != nil else {
            throw Problem(.unauthenticated, "There is no such account any more.")
        }
        let row = try completeMedia(media)
        guard row.owner.account == account else { throw Turn.noMedia }
        guard row.mediaClass == .open else {
            throw Problem(.requiresOpenMode, "The server cannot see sealed media.", field: "media")
        }
        let isMeant = switch purpose {
        case .avatar: row.use == .avatar
        case .emoji: row.use == .emoji
        case .image(let conversation): row.use == nil && row.conversation == conversation
        }
        guard isMeant else { throw Problem(.otherUse, "Upload them for this use.", field: "media") }
        // The poster of a video is no image that somebody chose.
        guard row.state == .ready, row.picture != nil, row.recording == nil else {
            throw Problem(.mediaNotReady, "They have no picture; `info` says why.", field: "media")
        }
        // What is uploaded for a use is pinned by it alone.
        guard row.message == nil, row.use == nil || row.lifetime != .pinned else {
            throw Problem(.otherUse, "They are in use already: upload them anew.", field: "media")
        }
        return row
    }
}

extension Turn {
    /// Lets media stay until they are removed.
    func pin(_ row: MediaRow) throws(Problem) {
        var row = row
        row.lifetime = .pinned
        row.expiresAt = nil
        row.endsAt = nil
        try tables.putMedia(row)
    }

    /// Ends media that may be in use: the one way to remove them, whatever the reason.
    ///
    /// What shows them ends in the same command, which ``Tables/removeMedia(_:)`` sees to; where that is the image
    /// of a conversation, its log says so, in the name of the device that uploaded them. Afterwards, the files are
    /// ``MediaFiles/bury()``'s. Media that are gone already change nothing.
    public mutating func endMedia(_ media: MediaID) throws(Problem) {
        if let row = try tables.row(MediaRow.byID, media), let conversation = row.conversation,
            try tables.row(ConversationImageRow.ofConversation, conversation)?.image.media == media,
            try tables.conversation(conversation) != nil
        {
            try append(.image(ConversationImage()), to: conversation, by: row.owner)
        }
        try tables.removeMedia(media)
    }
}
