import Crypto
import Keys
public import Wire

/// What a new device shows to a device of the account that it wants to join: its public keys and first prekeys.
///
/// Text: base64url of one CBOR map with `identity`, `registrationId` and `preKeys`, as the wire has them. Nothing in
/// it is secret, but whoever exchanges it on the way links a device of their own: carry it where nobody can.
struct LinkCode: WireRecord, Equatable {
    var identity: IdentityPayload
    var registrationID: RegistrationID
    var preKeys: PreKeyUpload

    init(identity: IdentityPayload, registrationID: RegistrationID, preKeys: PreKeyUpload) {
        self.identity = identity
        self.registrationID = registrationID
        self.preKeys = preKeys
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        identity = try fields.value("identity", \.identity)
        registrationID = try fields.value("registrationId", \.registrationID)
        preKeys = try fields.value("preKeys", \.preKeys)
    }

    var text: String { Base64URL.encode(encoded(as: .cbor)) }

    init?(text: String) {
        guard text.utf8.count <= ClientLimits.linkCodeByteCountMax, let bytes = Base64URL.decode(text),
            let code = try? LinkCode.decode(bytes, in: WireContext(form: .cbor, refusesUnknownFields: true))
        else { return nil }
        self = code
    }
}

/// What the linking device shows back: which account the new device has joined, under which number.
///
/// Text: base64url of 52 bytes, 70 characters.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 16 | account |
/// | 16 | 4 | device number, big-endian |
/// | 20 | 32 | SHA-256 of the account's identity, so that no server can answer with another account |
public struct LinkReply: Hashable, Sendable, CustomStringConvertible {
    /// The account that the device has joined, and its number there.
    public let address: DeviceAddress
    let fingerprint: [UInt8]

    init(address: DeviceAddress, identity: AccountIdentityKey) {
        self.address = address
        fingerprint = identity.fingerprint
    }

    /// `nil` unless `text` is what ``description`` gives.
    public init?(text: String) {
        guard let bytes = Base64URL.decode(text), bytes.count == 52, let account = AccountID(bytes[..<16]) else {
            return nil
        }
        let device = bytes[16..<20].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard device >= 1 else { return nil }
        address = DeviceAddress(account: account, device: DeviceID(device))
        fingerprint = Array(bytes[20...])
    }

    public var description: String {
        Base64URL.encode(address.account.bytes.array + address.device.rawValue.bigEndianBytes + fingerprint)
    }
}
