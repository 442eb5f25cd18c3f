import Store
public import Wire

// What lets others write to an account without saying who they are. The token itself is never seen here but hashed.

extension Turn {
    /// Sets another token, or none. Whoever knows the one before is refused from now on.
    /// - Throws: `not-found`.
    public func setDeliveryToken(_ setting: DeliveryTokenSetting, of account: AccountID) throws(Problem) {
        grows(.messages)
        var row = try look.accountRow(account)
        guard row.deliveryTokenHash != setting.hash else { return }
        row.deliveryTokenHash = setting.hash
        try tables.update(row)
    }
}

extension Look {
    /// The hash that is set.
    /// - Throws: `not-found`.
    public func deliveryToken(of account: AccountID) throws(Problem) -> DeliveryTokenSetting {
        DeliveryTokenSetting(hash: try accountRow(account).deliveryTokenHash)
    }
}
