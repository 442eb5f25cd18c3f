public import Wire

/// A head that a server signed, for whoever compares it with another.
public struct KeyLogEvidence: Sendable, Equatable {
    /// The signed head.
    public let head: TreeHeadPayload
}
