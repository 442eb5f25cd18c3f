/// What a client needs to know besides its folder.
public struct ClientConfiguration: Sendable {
    /// Whose certificates are trusted.
    public enum Trust: Sendable, Equatable {
        case systemRoots
        /// A PEM file of roots, and no others.
        case rootsFile(String)
    }

    /// The folder of the local store; made when it is not there.
    public var folder: String
    /// Needed to register and to link; afterwards the folder knows.
    public var server: ServerAddress?
    public var trust: Trust = .systemRoots
    /// How the server must call itself. Without it: with TLS the host, without TLS whatever it says at first contact.
    public var serverName: String?
    /// Lets `http` go beyond this machine, where something else protects the way.
    public var allowsPlainHTTP = false

    /// Does not tell the server who sends, wherever the recipient lets it.
    public var hidesSender = true

    public init(folder: String, server: ServerAddress? = nil) {
        self.folder = folder
        self.server = server
    }
}
