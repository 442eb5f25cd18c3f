/// Methods of HTTP (RFC 9110, section 9).
public enum Method: String, Sendable, CaseIterable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case head = "HEAD"
    case options = "OPTIONS"

    /// Whether it changes nothing (RFC 9110, section 9.2.1).
    public var isSafe: Bool {
        switch self {
        case .get, .head, .options: true
        case .post, .put, .patch, .delete: false
        }
    }
}

/// What a request must show to come in.
public enum Access: String, Sendable, CaseIterable {
    /// Nothing.
    case anybody
    /// Nothing; but it is asked of the operator's own listener, which is bound to loopback.
    case theOperator = "operator"
    /// A device's access token.
    case device
    /// A device's access token, or a capability in its place.
    case deviceOrCapability = "device or capability"
    /// A capability in the path or in the head: whoever knows it may.
    case capability
    /// The delivery token of the account in the path, and nothing that says who asks.
    case sealed
}

/// Who of those that came in may do it. The verb decides; this is its word, and the authorization matrix holds one to
/// the other.
public enum Right: String, Sendable, CaseIterable {
    /// Whoever came in, each for itself.
    case all
    /// Members of the conversation.
    case members
    /// Admins and owners of the conversation.
    case admins
    /// Owners of the conversation.
    case owners
    /// An admin or owner; or a member for itself.
    case adminsOrSelf = "admins or self"
    /// An admin or owner; or the author of the message.
    case adminsOrAuthor = "admins or author"
    /// The account that made the thing, which all may see.
    case maker
    /// The account that uploaded the media. For others there are none.
    case uploader
    /// Whoever may see the media: of open ones the members of their conversation and their uploader; of sealed ones
    /// all.
    case viewers
}

/// Which of several machines a request belongs to.
public enum Home: String, Sendable, CaseIterable {
    /// Any of them.
    case anywhere
    /// That of the account that asks.
    case caller
    /// That which the id in the first place of the path begins with (docs/decisions/0018-shards.md).
    case place
    /// That which a directory names for what stands in the path.
    case directory
}

/// What bounds how often something is asked. docs/operations.md has the rates.
public enum Bucket: String, Sendable, CaseIterable {
    /// By address.
    case registrations, logins
    /// By the device that signed, or whose token it is: who made it up is counted by nothing that others need.
    case tokens
    /// By device.
    case sends, leases
    /// By account.
    case reports, deviceLists = "device lists"
    /// By the device that asks and the account that it asks about.
    case claims
    /// By the account in the path, once its token was shown.
    case sealedDeliveries = "sealed deliveries", sealedClaims = "sealed claims"
}

/// What keeps a request that is sent twice from being done twice.
public enum Repetition: String, Sendable, CaseIterable {
    /// The field `Idempotency-Key`, of a device that is logged in, of the operator, or of who sends sealed.
    case key
    /// The client's id in the body.
    case clientID = "client id"
    /// Nothing is needed: the second one changes nothing more, or says that it was done.
    case none
}

/// When an endpoint goes.
public struct Departure: Sendable {
    /// Since when there is a better way (`Deprecation`, RFC 9745).
    public let deprecatedAt: Timestamp
    /// When it is gone (`Sunset`, RFC 8594).
    public let sunsetAt: Timestamp

    public init(deprecatedAt: Timestamp, sunsetAt: Timestamp) {
        self.deprecatedAt = deprecatedAt
        self.sunsetAt = sunsetAt
    }
}
