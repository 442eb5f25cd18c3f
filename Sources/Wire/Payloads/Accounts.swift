/// A handle: 3 to 32 of `a`–`z`, `0`–`9`, `.`, `_` and `-`, starting with a letter.
public struct Handle: WireType, Hashable, CustomStringConvertible {
    public let text: String

    /// `nil` unless `text` keeps to the rule. Capital letters are refused, not folded.
    public init?(text: some StringProtocol) {
        let text = String(text)
        let characters = text.utf8
        guard Limits.handleLength.contains(characters.count), let first = characters.first, Self.isLetter(first),
            characters.allSatisfy({ Self.isLetter($0) || Self.isOther($0) })
        else { return nil }
        self.text = text
    }

    private static func isLetter(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") }

    private static func isOther(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    private init(sample: String) { text = sample }

    public init(wire value: WireValue, in context: WireContext) throws(WireError) {
        guard case .text(let text) = value else { throw WireError(.wrongType(expected: "text", found: value.kind)) }
        guard let handle = Handle(text: text) else {
            throw WireError(.outOfBounds("must be 3 to 32 of a-z, 0-9, '.', '_', '-', starting with a letter"))
        }
        self = handle
    }

    public func write(to writer: inout WireWriter) { writer.write(text: text) }
    public static var schema: Schema { .formatted(name: "Handle", pattern: "[a-z][a-z0-9._-]{2,31}", cbor: .text) }
    public static var sample: Handle { Handle(sample: "alice") }
    public var description: String { text }
}

/// Creates an account with its first device and that device's keys, in one step.
public struct RegistrationRequest: WireRecord, Equatable {
    public var handle: Handle
    /// Chosen at random by the client, so that it can sign the device list before asking.
    public var account: AccountID
    public var identity: IdentityPayload
    /// Epoch 1, with exactly one device, number 1.
    public var deviceList: DeviceListPayload
    public var preKeys: PreKeyUpload
    /// Needed where the server registers by invitation.
    public var invite: String?

    public init(fields: inout Fields<Self>) throws(WireError) {
        handle = try fields.value("handle", \.handle)
        account = try fields.value("account", \.account)
        identity = try fields.value("identity", \.identity)
        deviceList = try fields.value("deviceList", \.deviceList)
        preKeys = try fields.value("preKeys", \.preKeys)
        invite = try fields.textIfPresent("invite", \.invite, length: 1...100)
    }
}

/// A new account or device, logged in.
public struct Registered: WireRecord, Equatable {
    public var account: AccountID
    public var device: DeviceID
    public var tokens: TokenPair

    public init(fields: inout Fields<Self>) throws(WireError) {
        account = try fields.value("account", \.account)
        device = try fields.value("device", \.device)
        tokens = try fields.value("tokens", \.tokens)
    }
}

/// Opaque bearer tokens of one device: text of 43 characters (256 random bits in base64url).
public struct TokenPair: WireRecord, Equatable {
    public var accessToken: String
    public var accessExpiresAt: Timestamp
    /// Good for one use: refreshing gives a new pair, and using an old one again revokes them all.
    public var refreshToken: String
    public var refreshExpiresAt: Timestamp

    public init(fields: inout Fields<Self>) throws(WireError) {
        accessToken = try fields.text("accessToken", \.accessToken, length: 43...43)
        accessExpiresAt = try fields.value("accessExpiresAt", \.accessExpiresAt)
        refreshToken = try fields.text("refreshToken", \.refreshToken, length: 43...43)
        refreshExpiresAt = try fields.value("refreshExpiresAt", \.refreshExpiresAt)
    }
}

/// Asks for something to sign.
public struct ChallengeRequest: WireRecord, Equatable {
    public var account: AccountID
    public var device: DeviceID

    public init(fields: inout Fields<Self>) throws(WireError) {
        account = try fields.value("account", \.account)
        device = try fields.value("device", \.device)
    }
}

/// What to sign with the device's signing key; docs/protocol/accounts.md draws the signed bytes.
public struct Challenge: WireRecord, Equatable {
    public var challenge: [UInt8]
    public var serverName: String
    public var expiresAt: Timestamp

    public init(fields: inout Fields<Self>) throws(WireError) {
        challenge = try fields.bytes("challenge", \.challenge, count: 32)
        serverName = try fields.text("serverName", \.serverName, length: 1...253)
        expiresAt = try fields.value("expiresAt", \.expiresAt)
    }
}

/// Logs in with a signed challenge, or goes on with a refresh token: exactly one of the two.
public struct TokenRequest: WireRecord, Equatable {
    public var signed: SignedChallenge?
    public var refreshToken: String?

    public init(signed: SignedChallenge) { self.signed = signed }
    public init(refreshToken: String) { self.refreshToken = refreshToken }

    public init(fields: inout Fields<Self>) throws(WireError) {
        signed = try fields.valueIfPresent("signed", \.signed)
        refreshToken = try fields.textIfPresent("refreshToken", \.refreshToken, length: 43...43)
    }
}

/// A challenge with the device's signature (Ed25519, 64 bytes) over it.
public struct SignedChallenge: WireRecord, Equatable {
    public var account: AccountID
    public var device: DeviceID
    public var challenge: [UInt8]
    public var signature: [UInt8]

    public init(fields: inout Fields<Self>) throws(WireError) {
        account = try fields.value("account", \.account)
        device = try fields.value("device", \.device)
        challenge = try fields.bytes("challenge", \.challenge, count: 32)
        signature = try fields.bytes("signature", \.signature, count: 64)
    }
}

/// What anyone may know of an account who knows its handle or its id.
public struct AccountView: WireRecord, Equatable {
    public static let name = "Account"
    public var account: AccountID
    public var handle: Handle
    public var identity: IdentityPayload
    public var deviceList: DeviceListPayload
    /// That the list is in the key log. A client uses no list without it.
    public var transparency: TransparencyPayload?
    /// Media whose picture shows the account. The server's word, which no key signs.
    public var avatar: MediaID?

    public init(fields: inout Fields<Self>) throws(WireError) {
        account = try fields.value("account", \.account)
        handle = try fields.value("handle", \.handle)
        identity = try fields.value("identity", \.identity)
        deviceList = try fields.value("deviceList", \.deviceList)
        transparency = try fields.valueIfPresent("transparency", \.transparency)
        avatar = try fields.valueIfPresent("avatar", \.avatar)
    }
}

/// One of the account's own devices.
public struct DeviceView: WireRecord, Equatable {
    public static let name = "OwnDevice"
    public var device: DeviceID
    public var registrationID: RegistrationID
    public var linkedAt: Timestamp
    /// Midnight UTC of the day it was last seen; nothing finer is kept.
    public var lastSeenDay: Timestamp?

    public init(fields: inout Fields<Self>) throws(WireError) {
        device = try fields.value("device", \.device)
        registrationID = try fields.value("registrationId", \.registrationID)
        linkedAt = try fields.value("linkedAt", \.linkedAt)
        lastSeenDay = try fields.valueIfPresent("lastSeenDay", \.lastSeenDay)
    }
}

/// All devices of the account that asks.
public struct DeviceViews: WireRecord, Equatable {
    public static let name = "OwnDevices"
    public var items: [DeviceView]
    /// The number of the device that is linked next. Numbers of unlinked devices are not given again.
    public var nextDevice: DeviceID

    public init(fields: inout Fields<Self>) throws(WireError) {
        items = try fields.list("items", \.items, count: 0...Limits.devicesPerAccountMax)
        nextDevice = try fields.value("nextDevice", \.nextDevice)
    }
}

/// Links or unlinks a device by publishing the list that has it or has it no more.
public struct DeviceListChange: WireRecord, Equatable {
    public var deviceList: DeviceListPayload
    /// The keys of a device that is being linked, where the linking device has them.
    public var preKeys: PreKeyUpload?

    public init(fields: inout Fields<Self>) throws(WireError) {
        deviceList = try fields.value("deviceList", \.deviceList)
        preKeys = try fields.valueIfPresent("preKeys", \.preKeys)
    }
}
