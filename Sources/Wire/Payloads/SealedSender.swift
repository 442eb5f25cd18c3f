// Sending without saying who sends: docs/protocol/sealed-sender.md.

/// What a device gets to show, sealed, to those it writes to.
public struct SenderCertificatePayload: WireRecord, Equatable {
    public static let name = "SenderCertificate"
    public static let byteCount = 231
    /// The certificate in its own layout, 231 bytes.
    public var certificate: [UInt8]
    public var expiresAt: Timestamp
    /// For attributions, 32 secret bytes.
    public var attributionKey: [UInt8]

    public init(fields: inout Fields<Self>) throws(WireError) {
        certificate = try fields.bytes("certificate", \.certificate, count: Self.byteCount)
        expiresAt = try fields.value("expiresAt", \.expiresAt)
        attributionKey = try fields.bytes("attributionKey", \.attributionKey, count: 32)
    }
}

/// What lets others write to an account without saying who they are, by its hash.
public struct DeliveryTokenSetting: WireRecord, Equatable {
    /// SHA-256 of the token, 32 bytes; absent where sealed messages are not taken.
    public var hash: [UInt8]?

    public init(fields: inout Fields<Self>) throws(WireError) {
        hash = try fields.bytesIfPresent("hash", \.hash, count: 32...32)
    }
}

/// A send that does not say who sends: one sealed body for each device of one account.
public struct SealedSendRequest: WireRecord, Equatable {
    /// The very same request again gets the same answer.
    public var clientID: ClientID
    public var copies: [DeviceCopy]
    /// Worth waking a sleeping phone for.
    public var isUrgent: Bool = false
    /// Handed over to who is connected now, and never stored.
    public var isEphemeral: Bool = false
    /// What the sender commits to, 32 bytes; docs/protocol/franking.md.
    public var commitment: [UInt8]?

    public init(fields: inout Fields<Self>) throws(WireError) {
        clientID = try fields.value("clientId", \.clientID)
        copies = try fields.list("copies", \.copies, count: 0...Limits.devicesPerSendMax)
        isUrgent = try fields.flag("urgent", \.isUrgent)
        isEphemeral = try fields.flag("ephemeral", \.isEphemeral)
        commitment = try fields.bytesIfPresent("commitment", \.commitment, count: 32...32)
    }
}
