import Crypto

/// What both sides of a session must agree on without saying it: who they are, and who began.
///
/// SHA-256 of, in this order:
///
/// | size | field |
/// |---|---|
/// | 17 | `Sotto session v1`, zero |
/// | 148 | the initiator: account, device, account identity, device identity |
/// | 148 | the responder, alike |
enum SessionBinding {
    static func of(initiator: Party, responder: Party) -> [UInt8] {
        SHA256.hash(Array("Sotto session v1".utf8) + [0] + initiator.bytes + responder.bytes)
    }
}
