public import Store
public import Wire

extension Turn {
    /// Makes media the avatar of an account, and deletes the one before. The same again changes nothing.
    /// - Throws: `unauthenticated` when the account was deleted meanwhile; `not-found`; `requires-open-mode`;
    ///   `other-use`; `media-not-ready`; `quota-exceeded`.
    public mutating func setAvatar(_ media: MediaID, of account: AccountID) throws(Problem) {
        let before = try tables.row(AvatarRow.ofAccount, account)?.media
        guard before != media else { return }
        let row = try look.chosen(media, for: .avatar, by: account)
        try charge(.rows(1), to: account)
        if let before { try endMedia(before) }
        try pin(row)
        try tables.put(AvatarRow(account: account, media: media))
    }

    /// Deletes an account's avatar with its media, where there is one.
    public mutating func removeAvatar(of account: AccountID) throws(Problem) {
        grows(.nothing)
        if let media = try tables.row(AvatarRow.ofAccount, account)?.media { try endMedia(media) }
    }
}

extension Look {
    /// The media that are an account's avatar.
    /// - Throws: `not-found`, also when there is none.
    public func avatar(of account: AccountID) throws(Problem) -> MediaRow {
        // That of a deleted account is about to go.
        guard try tables.account(account) != nil, let media = try tables.row(AvatarRow.ofAccount, account)?.media else {
            throw Problem(.notFound, "There is no avatar.")
        }
        return try completeMedia(media)
    }
}
