/// The registry of everything the server can refuse with. A code is never reused for another meaning.
public enum ProblemCode: String, WireEnumeration {
    case malformed
    case unsupportedMediaType = "unsupported-media-type"
    case bodyTooLarge = "body-too-large"
    case headTooLarge = "head-too-large"
    case requestTimeout = "request-timeout"
    case textTooLong = "text-too-long"
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case unauthenticated
    case tokenExpired = "token-expired"
    case forbidden
    case handleTaken = "handle-taken"
    case accountTaken = "account-taken"
    case inviteRequired = "invite-required"
    case inviteInvalid = "invite-invalid"
    case badSignature = "bad-signature"
    case staleDeviceList = "stale-device-list"
    case mismatchedDevices = "mismatched-devices"
    case prekeyStale = "prekey-stale"
    case plaintextInSealed = "plaintext-in-sealed"
    case requiresOpenMode = "requires-open-mode"
    case sealedInOpen = "sealed-in-open"
    case groupFull = "group-full"
    case lastOwner = "last-owner"
    case pinsFull = "pins-full"
    case queueFull = "queue-full"
    case preconditionRequired = "precondition-required"
    case preconditionFailed = "precondition-failed"
    case deliveryRefused = "delivery-refused"
    case unmaskedSender = "unmasked-sender"
    case reportRefused = "report-refused"
    case idempotencyMismatch = "idempotency-mismatch"
    case uploadOffsetMismatch = "upload-offset-mismatch"
    case uploadLocked = "upload-locked"
    case uploadIncomplete = "upload-incomplete"
    case uploadVersion = "upload-version"
    case checksumMismatch = "checksum-mismatch"
    case mediaHashMismatch = "media-hash-mismatch"
    case mediaNotReady = "media-not-ready"
    case mediaDamaged = "media-damaged"
    case otherUse = "other-use"
    case emojiTaken = "emoji-taken"
    case mediaAttached = "media-attached"
    case quotaExceeded = "quota-exceeded"
    case rateLimited = "rate-limited"
    case overloaded
    case storageFull = "storage-full"
    case shuttingDown = "shutting-down"
    case internalError = "internal-error"
    /// One of a later version: its status says what kind it is (``Problem/status``).
    case later

    /// The HTTP status it is sent with.
    public var status: Int { row.status }

    /// The same for every occurrence; what differs stands in ``Problem/detail``.
    public var title: String { row.title }

    /// RFC 9457 `type`: a name, not an address.
    public var typeURI: String { Self.typePrefix + rawValue }

    private static let typePrefix = "urn:sotto:problem:"

    /// The word in such a type; `nil` where it is none.
    static func word(ofType type: String) -> String? {
        guard type.hasPrefix(typePrefix) else { return nil }
        let word = type.utf8.dropFirst(typePrefix.utf8.count)
        let isWord = word.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") }
        return (1...64).contains(word.count) && isWord ? String(word) : nil
    }

    private var row: (status: Int, title: String) {
        switch self {
        case .malformed: (400, "The request is not well-formed")
        case .unsupportedMediaType: (415, "The body is of a media type this route does not read")
        case .bodyTooLarge: (413, "The body is too large")
        case .headTooLarge: (431, "The request head is too large")
        case .requestTimeout: (408, "The request took too long to arrive")
        case .textTooLong: (413, "The text is too long")
        case .notFound: (404, "There is no such thing, or it is not yours to see")
        case .methodNotAllowed: (405, "This address does not take this method")
        case .unauthenticated: (401, "A valid access token is needed")
        case .tokenExpired: (401, "The access token has expired")
        case .forbidden: (403, "This is not allowed to you")
        case .handleTaken: (409, "The handle belongs to another account")
        case .accountTaken: (409, "The account id is in use")
        case .inviteRequired: (403, "This server registers by invitation only")
        case .inviteInvalid: (403, "The invitation is unknown, used up or expired")
        case .badSignature: (422, "A signature does not verify")
        case .staleDeviceList: (409, "The device list is not the next one")
        case .mismatchedDevices: (409, "The addressed devices are not the account's devices")
        case .prekeyStale: (422, "The signed prekey is too old")
        case .plaintextInSealed: (422, "A sealed conversation takes no plain text")
        case .requiresOpenMode: (409, "The conversation is sealed; only an open one can do this")
        case .sealedInOpen: (422, "An open conversation takes no sealed body")
        case .groupFull: (409, "The conversation has as many members as it may have")
        case .lastOwner: (409, "The last owner cannot leave before naming another")
        case .pinsFull: (409, "The conversation has as many pins as it may have")
        case .queueFull: (507, "The recipient's queue is full")
        case .preconditionRequired: (428, "The request must say what it replaces")
        case .preconditionFailed: (412, "What the request replaces has changed")
        case .deliveryRefused: (403, "The delivery token opens no such door")
        case .unmaskedSender: (400, "A sealed request must not say who asks")
        case .reportRefused: (422, "The report does not verify")
        case .idempotencyMismatch: (422, "The idempotency key was used for a different request")
        case .uploadOffsetMismatch: (409, "The upload does not stand where these bytes begin")
        case .uploadLocked: (423, "Somebody else is appending to the upload")
        case .uploadIncomplete: (409, "Not all bytes of the upload are there")
        case .uploadVersion: (412, "This version of the upload protocol is not spoken here")
        case .checksumMismatch: (460, "The bytes do not have the checksum they came with")
        case .mediaHashMismatch: (422, "The whole does not have the SHA-256 that was promised")
        case .mediaNotReady: (409, "The media are still being looked at, or were refused")
        case .mediaDamaged: (500, "The stored bytes are damaged")
        case .otherUse: (409, "The media were uploaded for another use")
        case .emojiTaken: (409, "There is an emoji of that name")
        case .mediaAttached: (409, "The media belong to a message already")
        case .quotaExceeded: (507, "The account's room is used up")
        case .rateLimited: (429, "Too many requests")
        case .overloaded: (503, "The server is overloaded")
        case .storageFull: (507, "The server's storage is full")
        case .shuttingDown: (503, "The server is shutting down")
        case .internalError: (500, "The server failed")
        case .later: (500, "Something that this version has no word for")
        }
    }
}
