public import Crypto
public import Wire

/// Marks the keys of an account: the same on all its devices, what people compare and trust.
public enum AccountOwned: Sendable {}
/// Marks the keys of one device.
public enum DeviceOwned: Sendable {}

/// An account's public identity.
public typealias AccountIdentityKey = IdentityPublicKeys<AccountOwned>
/// A device's public identity. Belongs to an account when the account's device list says so.
public typealias DeviceIdentityKeys = IdentityPublicKeys<DeviceOwned>
/// An account's private identity, held by those of its devices that may change the device list.
public typealias AccountIdentity = IdentityPrivateKeys<AccountOwned>
/// A device's private identity; never leaves the device.
public typealias DeviceIdentity = IdentityPrivateKeys<DeviceOwned>

/// The public half of an identity: one key that verifies signatures and one to agree with.
///
/// Two keys and not one converted into the other: each does one thing, and both are what a browser offers.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 32 | Ed25519 public key |
/// | 32 | 32 | X25519 public key |
public struct IdentityPublicKeys<Owner>: Hashable, Sendable {
    /// Bytes in the layout above.
    public static var byteCount: Int { 64 }

    /// Verifies what the owner signs.
    public let signing: Ed25519.PublicKey
    /// Agrees with the owner.
    public let agreement: X25519.PublicKey

    public init(signing: Ed25519.PublicKey, agreement: X25519.PublicKey) {
        self.signing = signing
        self.agreement = agreement
    }

    /// - Throws: ``LengthError`` unless there are 64 bytes.
    public init(_ bytes: [UInt8]) throws(LengthError) {
        try LengthError.check(bytes.count, is: Self.byteCount)
        signing = try Ed25519.PublicKey(Array(bytes[..<32]))
        agreement = try X25519.PublicKey(Array(bytes[32...]))
    }

    /// What came over the wire.
    /// - Throws: ``LengthError`` unless both keys have 32 bytes.
    public init(_ payload: IdentityPayload) throws(LengthError) {
        signing = try Ed25519.PublicKey(payload.signingKey)
        agreement = try X25519.PublicKey(payload.agreementKey)
    }

    /// As it travels.
    public var payload: IdentityPayload {
        IdentityPayload(signingKey: signing.bytes, agreementKey: agreement.bytes)
    }

    /// The 64 bytes of the layout above.
    public var bytes: [UInt8] { signing.bytes + agreement.bytes }

    /// SHA-256 of ``bytes``: a short name to compare many identities by.
    public var fingerprint: [UInt8] { SHA256.hash(bytes) }

    /// Whether the owner signed `content` in `context`.
    package func verifies(_ signature: Ed25519.Signature, over content: [UInt8], as context: SignatureContext) -> Bool {
        signing.verifies(signature, over: context.signedBytes(content))
    }
}

/// The private half of an identity.
public struct IdentityPrivateKeys<Owner>: ~Copyable, Sendable {
    /// The public half.
    public let publicKeys: IdentityPublicKeys<Owner>
    private let signing: Ed25519.PrivateKey
    private let agreement: X25519.PrivateKey

    /// A new identity from the system's random source.
    public init() {
        self.init(signing: Ed25519.PrivateKey(), agreement: X25519.PrivateKey())
    }

    private init(signing: consuming Ed25519.PrivateKey, agreement: consuming X25519.PrivateKey) {
        publicKeys = IdentityPublicKeys(signing: signing.publicKey, agreement: agreement.publicKey)
        self.signing = signing
        self.agreement = agreement
    }

    /// What ``exportForSealedStore()`` gave.
    /// - Throws: ``LengthError`` unless there are 64 bytes.
    public init(fromSealedStore secret: borrowing SecretBytes) throws(LengthError) {
        try LengthError.check(secret.byteCount, is: 64)
        self.init(
            signing: try Ed25519.PrivateKey(seed: secret.part(0..<32)),
            agreement: try X25519.PrivateKey(secret.part(32..<64)))
    }

    /// Both private keys, 64 bytes: the Ed25519 seed, then the X25519 key. They go into a store sealed on the device,
    /// or, of an account, sealed to a new device of the same owner; nowhere else.
    public borrowing func exportForSealedStore() -> SecretBytes {
        let seed = signing.exportSeed()
        let scalar = agreement.exportSecret()
        return SecretBytes(byteCount: 64) { both in
            seed.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: both[..<32]).copyMemory(from: $0) }
            scalar.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: both[32...]).copyMemory(from: $0) }
        }
    }

    /// Signs `content` in `context`.
    package borrowing func sign(_ content: [UInt8], as context: SignatureContext) -> Ed25519.Signature {
        signing.sign(context.signedBytes(content))
    }

    /// What was sealed by HPKE, in base mode, to the agreement key.
    package borrowing func open(_ sealed: HPKE.Sealed, info: [UInt8]) throws(HPKE.Failure) -> [UInt8] {
        try HPKE.open(sealed, key: HPKE.PrivateKey(agreement.duplicate()), info: info, aad: [])
    }

    /// The shared secret of the agreement key with `peer`.
    package borrowing func agree(with peer: X25519.PublicKey) throws(X25519.AgreementError) -> SecretBytes {
        try agreement.agree(with: peer)
    }
}
