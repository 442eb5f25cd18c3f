public import Wire

/// Names somebody, for whatever is done with one person: a `Handle` or an `AccountID`.
///
/// A handle that this device has not met is looked up once, and pinned; so are the keys of an account.
public protocol PersonName: Hashable, Sendable {
    /// Which of the two it is.
    var personReference: PersonReference { get }
}

/// Somebody, by one name or the other.
public enum PersonReference: Hashable, Sendable {
    /// By what everybody finds the account by.
    case handle(Handle)
    /// By the account itself.
    case account(AccountID)
}

extension Handle: PersonName {
    /// By itself.
    public var personReference: PersonReference { .handle(self) }
}

extension AccountID: PersonName {
    /// By itself.
    public var personReference: PersonReference { .account(self) }
}
