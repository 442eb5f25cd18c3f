public import Crypto

/// A post-quantum public key (ML-KEM-768, FIPS 203), signed by its device: handed out once, or as the last resort
/// when all those are gone.
///
/// Whether the signature is good is said by ``isSigned(by:)`` only.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 1 | kind: 1 one-time, 2 last resort |
/// | 1 | 4 | id |
/// | 5 | 8 | created, milliseconds since 1970 |
/// | 13 | 1184 | ML-KEM-768 encapsulation key |
/// | 1197 | 64 | signature by the device's Ed25519 key |
///
/// Signed, in the context `Sotto KEM prekey v1`: everything before the signature. The kind is signed too, so that a
/// server cannot pass a last resort off as a one-time key.
public struct KEMPreKey: Hashable, Sendable {
    /// Bytes in the layout above.
    public static let byteCount = 1_261
    /// Bytes in an encapsulation key.
    public static let encapsulationKeyByteCount = 1_184

    /// How often the key may be used.
    public enum Kind: UInt8, Sendable {
        case oneTime = 1
        case lastResort = 2
    }

    /// How often the key may be used.
    public let kind: Kind
    /// Names the key within its device, over both kinds.
    public let id: PreKeyID
    /// When the device says it was made, in milliseconds since 1970.
    public let createdMilliseconds: UInt64
    /// The key to encapsulate to, 1,184 bytes.
    public let encapsulationKey: [UInt8]
    /// The device's word for all of it.
    public let signature: Ed25519.Signature

    /// - Throws: ``KeyFormatError`` for anything but the layout above.
    public init(_ bytes: [UInt8]) throws(KeyFormatError) {
        var reader = ByteReader(bytes)
        try self.init(from: &reader)
        try reader.finish()
    }

    init(from reader: inout ByteReader) throws(KeyFormatError) {
        guard let kind = Kind(rawValue: try reader.number()) else { throw .outOfBounds }
        self.kind = kind
        id = PreKeyID(try reader.number())
        createdMilliseconds = try reader.number()
        encapsulationKey = try reader.take(Self.encapsulationKeyByteCount)
        signature = try reader.signature()
    }

    /// A new public half over `encapsulationKey`, signed by its device. Other than 1,184 bytes trap.
    init(
        kind: Kind, id: PreKeyID, createdMilliseconds: UInt64, encapsulationKey: [UInt8],
        signedBy identity: borrowing DeviceIdentity
    ) {
        precondition(encapsulationKey.count == Self.encapsulationKeyByteCount, "an ML-KEM-768 key has 1,184 bytes")
        self.kind = kind
        self.id = id
        self.createdMilliseconds = createdMilliseconds
        self.encapsulationKey = encapsulationKey
        let content = Self.content(
            kind: kind, id: id, createdMilliseconds: createdMilliseconds, encapsulationKey: encapsulationKey)
        signature = identity.sign(content, as: .kemPreKey)
    }

    /// The layout above.
    public var bytes: [UInt8] { content + signature.bytes }

    /// Whether the device with that identity signed it.
    public func isSigned(by identity: DeviceIdentityKeys) -> Bool {
        identity.verifies(signature, over: content, as: .kemPreKey)
    }

    private var content: [UInt8] {
        Self.content(
            kind: kind, id: id, createdMilliseconds: createdMilliseconds, encapsulationKey: encapsulationKey)
    }

    private static func content(
        kind: Kind, id: PreKeyID, createdMilliseconds: UInt64, encapsulationKey: [UInt8]
    ) -> [UInt8] {
        var bytes: [UInt8] = [kind.rawValue]
        bytes.reserveCapacity(byteCount)
        bytes.append(number: id.rawValue)
        bytes.append(number: createdMilliseconds)
        return bytes + encapsulationKey
    }
}
