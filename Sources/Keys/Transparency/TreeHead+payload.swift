import Crypto
public import Wire

// Tree heads as they travel.

extension VerifiedTreeHead {
    /// As it travels.
    public var payload: TreeHeadPayload {
        TreeHeadPayload(
            log: head.log, treeSize: head.size, root: head.root, time: head.time, signature: signature.bytes)
    }
}

extension UnverifiedTreeHead {
    /// What came over the wire. `nil` when a field is not of its size.
    public init?(_ payload: TreeHeadPayload) {
        let head = TreeHead(log: payload.log, size: payload.treeSize, root: payload.root, time: payload.time)
        guard let head else { return nil }
        self.init(claimed: head, signature: payload.signature)
    }
}

extension KeyLogEntry.Kind {
    /// What came over the wire.
    public init(_ payload: KeyLogEntryKind) {
        switch payload {
        case .changed: self = .changed
        case .adopted: self = .adopted
        }
    }

    /// As it travels.
    public var payload: KeyLogEntryKind {
        switch self {
        case .changed: .changed
        case .adopted: .adopted
        }
    }
}
