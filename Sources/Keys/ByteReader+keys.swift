package import Crypto
package import Wire

/// Fields that several layouts share.
extension ByteReader {
    /// An account, 16 bytes.
    package mutating func account() throws(KeyFormatError) -> AccountID {
        guard let account = AccountID(take(upTo: 16)) else { throw .truncated }
        return account
    }

    /// A device number, from 1 up.
    package mutating func device() throws(KeyFormatError) -> DeviceID {
        let number: UInt32 = try number()
        guard number >= 1 else { throw .outOfBounds }
        return DeviceID(number)
    }

    /// A registration, 1…16,383 in two bytes.
    package mutating func registration() throws(KeyFormatError) -> RegistrationID {
        guard let registration = RegistrationID(UInt32(try number(UInt16.self))) else { throw .outOfBounds }
        return registration
    }

    /// The public keys of an identity, 64 bytes.
    package mutating func identity<Owner>() throws(KeyFormatError) -> IdentityPublicKeys<Owner> {
        do { return try IdentityPublicKeys(take(upTo: IdentityPublicKeys<Owner>.byteCount)) } catch { throw .truncated }
    }

    /// An X25519 public key, 32 bytes.
    package mutating func agreementKey() throws(KeyFormatError) -> X25519.PublicKey {
        do { return try X25519.PublicKey(take(upTo: X25519.keyByteCount)) } catch { throw .truncated }
    }

    /// An Ed25519 signature, 64 bytes.
    package mutating func signature() throws(KeyFormatError) -> Ed25519.Signature {
        do { return try Ed25519.Signature(take(upTo: Ed25519.signatureByteCount)) } catch { throw .truncated }
    }

    /// An entry of a device list, 70 bytes.
    package mutating func listedDevice() throws(KeyFormatError) -> ListedDevice {
        ListedDevice(device: try device(), registration: try registration(), identity: try identity())
    }
}
