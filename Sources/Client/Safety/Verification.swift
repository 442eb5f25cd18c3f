public import Wire

/// Whether the keys known for an account were found to be its owner's.
public enum Verification: Sendable, Equatable {
    /// Taken on trust at first sight, and pinned since.
    case unverified
    /// The safety numbers were compared at that time, and nothing has changed since.
    case verified(at: Date)
}

/// A device of another account, as this client trusts it.
public struct ContactDevice: Sendable, Equatable {
    /// Its number within the account.
    public let device: DeviceID
    /// The account's own: its key signs the list that the device stands on.
    public let verification: Verification
}
