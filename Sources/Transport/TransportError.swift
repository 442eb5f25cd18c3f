/// Why a wait on the network ended badly.
public enum TransportError: Error, Sendable, Equatable {
    /// The peer closed or reset the connection.
    case closedByPeer
    /// A deadline of the connection passed: head, body, handshake, no progress.
    case timedOut
    /// The peer broke HTTP, TLS or WebSocket framing.
    case malformed
    /// The body is longer than the limit that was given. Nothing above the limit was kept.
    case bodyTooLarge(limitByteCount: Int)
    /// The connection was closed on this side, or the exchange has already been answered.
    case closedLocally
    /// The name could not be resolved, or nobody listens there.
    case cannotConnect
    /// The TLS handshake failed: a certificate that is not trusted, no common version or cipher.
    case cannotSecure
    /// The server answered a WebSocket upgrade with this status instead of 101.
    case upgradeRefused(status: Int)
    /// The request does not ask for a WebSocket in the way RFC 6455, section 4.2.1 wants it.
    case notAnUpgrade
    /// Somebody else listens on the address and port.
    case addressInUse
    /// The address or port cannot be listened on otherwise; the text is the system's.
    case cannotListen(String)
    /// A certificate, key or root file cannot be used; the text is OpenSSL's.
    case badCertificate(String)
    /// The file cannot be opened or is not a regular one; `errno`.
    case fileUnavailable(Int32)
}
