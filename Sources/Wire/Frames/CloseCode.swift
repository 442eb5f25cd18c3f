/// Why the server closed a socket (RFC 6455, section 7.4: 4000 and up are ours).
public enum CloseCode: UInt16, Sendable, CaseIterable {
    case goingAway = 1001
    case policyViolation = 1008
    case tooBig = 1009
    case restart = 1012
    case authenticationFailed = 4001
    case displaced = 4002
    case deviceUnlinked = 4003
    case accountDeleted = 4004
    case slowConsumer = 4008

    /// What it means for the client, as the descriptions say it.
    public var meaning: String {
        switch self {
        case .goingAway: "The server is shutting down; reconnect."
        case .policyViolation: "The client broke the protocol."
        case .tooBig: "A frame was larger than `frameByteCountMax`."
        case .restart: "The server restarts; reconnect after a random pause."
        case .authenticationFailed: "The access token is missing, unknown or expired; get another."
        case .displaced: "A newer connection of this device took over; do not reconnect by yourself."
        case .deviceUnlinked: "The device is no longer on the account's list."
        case .accountDeleted: "The account was deleted; there is nothing to come back to."
        case .slowConsumer:
            "The client did not read, asked for more at once than it read, or did not finish a message; reconnect."
        }
    }
}
