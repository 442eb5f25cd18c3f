import Store
public import Wire

extension Turn {
    /// Gives a device that has signed its challenge a new pair of tokens.
    /// - Throws: `unauthenticated` when the device was unlinked meanwhile; `quota-exceeded`.
    public mutating func logIn(_ device: DeviceAddress, tokens: MintedTokens) throws(Problem) -> TokenPair {
        grows(.logins)
        guard try tables.device(device) != nil else { throw Problem(.unauthenticated, "The login was not accepted.") }
        try charge(.rows(2), to: device.account)
        return try insert(tokens, for: device)
    }

    /// Exchanges a refresh token for a new pair of the same family. A token that was used before ends the whole
    /// family: one of its two users stole it.
    ///
    /// - Returns: `nil` when the token is unknown, expired or used. Not an error, since the end of a family is
    ///   a change that must be kept.
    public mutating func refresh(_ token: PresentedToken) throws(Problem) -> TokenPair? {
        grows(.logins)
        guard var row = try tables.row(TokenRow.byHash, token.hash), row.kind == .refresh, row.expiresAt > now else {
            return nil
        }
        if row.isSpent {
            try tables.removeAll(TokenRow.ofFamily, row.family)
            after(.disconnect(row.address, .authenticationFailed))
            return nil
        }
        try charge(.rows(2), to: row.address.account)
        row.isSpent = true
        try tables.update(row)
        return try insert(MintedTokens(family: row.family), for: row.address)
    }

    /// Ends the login that an access token belongs to.
    public mutating func logOut(_ token: PresentedToken) throws(Problem) {
        guard let row = try tables.row(TokenRow.byHash, token.hash) else { return }
        try tables.removeAll(TokenRow.ofFamily, row.family)
        after(.disconnect(row.address, .authenticationFailed))
    }

    func insert(_ tokens: MintedTokens, for device: DeviceAddress) throws(Problem) -> TokenPair {
        let pair = TokenPair(
            accessToken: tokens.access, accessExpiresAt: now.adding(seconds: Limits.accessTokenSeconds),
            refreshToken: tokens.refresh, refreshExpiresAt: now.adding(seconds: Limits.refreshTokenSeconds))
        let rows: [(String, TokenRow.Kind, Timestamp)] = [
            (pair.accessToken, .access, pair.accessExpiresAt), (pair.refreshToken, .refresh, pair.refreshExpiresAt),
        ]
        for (text, kind, expiresAt) in rows {
            guard let presented = PresentedToken(text: text) else { preconditionFailure("a minted token reads back") }
            try tables.insert(
                TokenRow(
                    hash: presented.hash, kind: kind, address: device, expiresAt: expiresAt, family: tokens.family,
                    isSpent: false))
        }
        return pair
    }
}

extension Look {
    /// Whose refresh token this is, used or not; `nil` when there is no such token any more.
    public func device(renewing token: PresentedToken) throws(Problem) -> DeviceAddress? {
        guard let row = try tables.row(TokenRow.byHash, token.hash), row.kind == .refresh, row.expiresAt > now else {
            return nil
        }
        return row.address
    }

    /// Whose access token this is.
    /// - Throws: `unauthenticated`; `token-expired`.
    public func authenticate(_ token: PresentedToken) throws(Problem) -> (DeviceAddress, expiresAt: Timestamp) {
        guard let row = try tables.row(TokenRow.byHash, token.hash), row.kind == .access else {
            throw Problem(.unauthenticated, "Log in, and send the access token as Bearer.")
        }
        guard row.expiresAt > now else { throw Problem(.tokenExpired, "Refresh the access token.") }
        return (row.address, row.expiresAt)
    }
}
