/// How it stands between a client and its server.
public enum ConnectionState: Sendable, Equatable {
    /// Nobody listens.
    case off
    /// A connection is being made.
    case connecting
    /// The server knows this device; its queue is being read.
    case catchingUp
    /// Everything that waited has come; what follows comes as it is sent.
    case live
    /// The connection is gone; the next try comes after that time.
    case waiting(Duration)
}
