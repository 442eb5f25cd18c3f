public import Crypto

/// A server's long-term public key: what clients pin, and what its tree heads and certificates verify with.
public struct ServerPublicKey: Hashable, Sendable {
    /// Verifies what the server signs.
    public let signing: Ed25519.PublicKey

    /// - Throws: ``LengthError`` unless there are 32 bytes.
    public init(_ bytes: [UInt8]) throws(LengthError) {
        signing = try Ed25519.PublicKey(bytes)
    }

    init(signing: Ed25519.PublicKey) { self.signing = signing }

    /// The 32 bytes.
    public var bytes: [UInt8] { signing.bytes }

    /// SHA-256 of ``bytes``: names the key, and the key log that it signs.
    public var fingerprint: [UInt8] { SHA256.hash(bytes) }

    /// Whether the server signed `content` in `context`.
    package func verifies(_ signature: Ed25519.Signature, over content: [UInt8], as context: SignatureContext) -> Bool {
        signing.verifies(signature, over: context.signedBytes(content))
    }
}

/// A server's long-term private key, made at its first start and kept in its store.
///
/// One key for everything the server says in its own name; the context keeps the kinds apart. A class so that all who
/// sign share the one copy; it never changes.
public final class ServerSigningKey: Sendable {
    /// The public half.
    public let publicKey: ServerPublicKey
    private let signing: Ed25519.PrivateKey

    /// A new key from the system's random source.
    public convenience init() { self.init(Ed25519.PrivateKey()) }

    /// The key whose seed was stored.
    /// - Throws: ``LengthError`` unless there are 32 bytes.
    public convenience init(seed: consuming SecretBytes) throws(LengthError) {
        self.init(try Ed25519.PrivateKey(seed: seed))
    }

    private init(_ signing: consuming Ed25519.PrivateKey) {
        publicKey = ServerPublicKey(signing: signing.publicKey)
        self.signing = signing
    }

    /// The 32-byte seed, for the server's store.
    public func exportSeed() -> SecretBytes { signing.exportSeed() }

    /// Signs `content` in `context`.
    package func sign(_ content: [UInt8], as context: SignatureContext) -> Ed25519.Signature {
        signing.sign(context.signedBytes(content))
    }
}
