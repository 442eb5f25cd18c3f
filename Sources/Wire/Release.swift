/// Which Sotto this is: one number for the server, the client and the protocol. CHANGELOG.md says what is in it.
public enum Release {
    /// As in Semantic Versioning. While it begins with zero, a new second number may mean another format.
    public static let version = "0.1.0"
}
