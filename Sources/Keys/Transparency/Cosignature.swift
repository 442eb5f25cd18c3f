public import Crypto

/// A witness's public key, as an operator named it.
public struct WitnessKey: Hashable, Sendable {
    let signing: Ed25519.PublicKey

    /// - Throws: ``LengthError`` unless there are 32 bytes.
    public init(_ bytes: [UInt8]) throws(LengthError) { signing = try Ed25519.PublicKey(bytes) }

    init(signing: Ed25519.PublicKey) { self.signing = signing }

    /// The 32 bytes.
    public var bytes: [UInt8] { signing.bytes }
}

/// A witness's private key. A class so that all who sign share the one copy; it never changes.
public final class WitnessSigningKey: Sendable {
    /// The public half.
    public let publicKey: WitnessKey
    private let signing: Ed25519.PrivateKey

    /// A new key from the system's random source.
    public init() {
        let signing = Ed25519.PrivateKey()
        publicKey = WitnessKey(signing: signing.publicKey)
        self.signing = signing
    }

    /// Says that this tree goes on from what the witness signed before; it has checked that. The time in `head` is
    /// the witness's own.
    public func cosign(_ head: TreeHead) -> Ed25519.Signature {
        signing.sign(SignatureContext.treeHeadCosignature.signedBytes(head.content))
    }
}

extension TreeHead {
    /// Whether the witness with that key said this, at the time in it.
    public func isCosigned(by witness: WitnessKey, _ signature: Ed25519.Signature) -> Bool {
        witness.signing.verifies(signature, over: SignatureContext.treeHeadCosignature.signedBytes(content))
    }
}
