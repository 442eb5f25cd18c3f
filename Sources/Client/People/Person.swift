public import Wire

/// Another account that this device has met.
public struct Person: Sendable, Equatable, Identifiable {
    /// The account.
    public let account: AccountID
    /// What this device knows it by: looked up once, and pinned since.
    public let handle: Handle?
    /// Whether its safety number was compared.
    public let verification: Verification

    /// The account.
    public var id: AccountID { account }
}
