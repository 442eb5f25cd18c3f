public import Crypto
public import Wire

/// Thirty-two bytes that a server makes for one login, within a minute. To a client they are random.
public typealias LoginChallenge = FixedBytes<LoginChallengeRole>

/// The role of a ``LoginChallenge``.
public enum LoginChallengeRole: ByteRole {
    public static let byteCount = 32
}

extension LoginChallenge {
    /// A new challenge from the system's random source.
    public init() { self = .random() }
}

/// What a device signs to log in: it names the server, so that no other server can pass it on.
///
/// Signed by the device's Ed25519 key, in the context `Sotto login v1`, numbers big-endian:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 2 | size *n* of the server's name |
/// | 2 | *n* | the server's name, UTF-8, as the client was configured with it; 1…253 bytes |
/// | 2 + *n* | 32 | challenge |
/// | 34 + *n* | 16 | account |
/// | 50 + *n* | 4 | device number |
public struct Login: Hashable, Sendable {
    /// The sizes a server's name may have, in bytes of UTF-8.
    public static let serverNameByteCounts = 1...253

    /// The server that is logged in to.
    public let serverName: String
    /// The challenge that it made.
    public let challenge: LoginChallenge
    /// The device that logs in.
    public let address: DeviceAddress

    /// `nil` when the name's size is outside ``serverNameByteCounts``.
    public init?(serverName: String, challenge: LoginChallenge, address: DeviceAddress) {
        guard Self.serverNameByteCounts.contains(serverName.utf8.count) else { return nil }
        self.serverName = serverName
        self.challenge = challenge
        self.address = address
    }

    /// The device's answer.
    public func signed(by identity: borrowing DeviceIdentity) -> Ed25519.Signature {
        identity.sign(content, as: .login)
    }

    /// Whether `signature` is the answer of the device with that identity.
    public func isSigned(by identity: DeviceIdentityKeys, _ signature: Ed25519.Signature) -> Bool {
        identity.verifies(signature, over: content, as: .login)
    }

    /// The bytes of the table.
    var content: [UInt8] {
        let name = Array(serverName.utf8)
        var bytes: [UInt8] = []
        bytes.append(number: UInt16(truncatingIfNeeded: name.count))
        bytes += name
        bytes += challenge.bytes
        bytes += address.account.bytes.array
        bytes.append(number: address.device.rawValue)
        return bytes
    }
}
