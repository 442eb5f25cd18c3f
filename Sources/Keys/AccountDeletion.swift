public import Crypto
public import Wire

/// What an account signs to be deleted: a server's challenge to one of its devices, and the server's name.
///
/// Signed by the account's Ed25519 key, in the context `Sotto account deletion v1`. The content is that of a
/// ``Login``, so the context alone keeps a login from deleting anything.
public struct AccountDeletion: Hashable, Sendable {
    private let content: Login

    /// - Parameter address: the device that asks.
    /// - Returns: `nil` when the name's size is outside ``Login/serverNameByteCounts``.
    public init?(serverName: String, challenge: LoginChallenge, address: DeviceAddress) {
        guard let login = Login(serverName: serverName, challenge: challenge, address: address) else { return nil }
        content = login
    }

    /// The account's order.
    public func signed(by identity: borrowing AccountIdentity) -> Ed25519.Signature {
        identity.sign(content.content, as: .accountDeletion)
    }

    /// Whether `signature` is the order of the account with that identity.
    public func isSigned(by identity: AccountIdentityKey, _ signature: Ed25519.Signature) -> Bool {
        identity.verifies(signature, over: content.content, as: .accountDeletion)
    }
}
