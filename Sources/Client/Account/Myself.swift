public import Wire

/// Who this is, as ``Account/whoami()`` says it.
public struct Myself: Sendable, Equatable {
    /// What others find the account by.
    public let handle: Handle
    /// The account, and which of its devices this is.
    public let address: DeviceAddress

    /// The account.
    public var account: AccountID { address.account }
    /// Which of its devices this is.
    public var device: DeviceID { address.device }
}
