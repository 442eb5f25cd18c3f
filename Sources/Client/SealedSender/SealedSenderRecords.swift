import Crypto
import Keys
import Wire

/// The own account's delivery token, and how far it is.
struct OwnDeliveryToken: WireRecord, Equatable {
    enum Standing: String, WireEnumeration {
        /// Made; the server may or may not have its hash.
        case pending
        /// The server has its hash, as far as is known.
        case set
        /// Switched off on purpose.
        case off
    }

    var standing: Standing
    /// 32 bytes; none when it is off.
    var token: [UInt8]?

    init(_ standing: Standing, _ token: [UInt8]?) {
        self.standing = standing
        self.token = token
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        standing = try fields.value("standing", \.standing)
        token = try fields.bytesIfPresent("token", \.token, count: 32...32)
    }
}

/// Another account's delivery token, as it told it.
struct PeerDeliveryToken: WireRecord, Equatable {
    /// 32 bytes.
    var token: [UInt8]

    init(_ token: [UInt8]) { self.token = token }
    init(fields: inout Fields<Self>) throws(WireError) { token = try fields.bytes("token", \.token, count: 32) }
}

/// This device's sender certificate.
struct OwnSenderCertificate: WireRecord, Equatable {
    /// 231 bytes, checked when they came.
    var certificate: [UInt8]
    /// 32 bytes.
    var attributionKey: [UInt8]
    /// By this device's clock, which alone says how old it is.
    var receivedAt: Timestamp

    init(_ certificate: VerifiedSenderCertificate, _ attributionKey: AttributionKey, receivedAt: Timestamp) {
        self.certificate = certificate.bytes
        self.attributionKey = attributionKey.bytes
        self.receivedAt = receivedAt
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        certificate = try fields.bytes("certificate", \.certificate, count: SenderCertificatePayload.byteCount)
        attributionKey = try fields.bytes("attributionKey", \.attributionKey, count: 32)
        receivedAt = try fields.value("receivedAt", \.receivedAt)
    }
}

/// What it takes to send without saying who sends.
struct SealedPass: Sendable {
    /// The recipient's.
    let token: [UInt8]
    let certificate: VerifiedSenderCertificate
    let attributionKey: AttributionKey
    let receivedAt: Timestamp
}

extension StoreKey where Value == OwnDeliveryToken {
    static var deliveryToken: Self { .init(.ownAccount, .deliveryToken) }
}
extension StoreKey where Value == PeerDeliveryToken {
    /// The own account's token as another of its devices told it, until the server has said whether it is the one.
    static var heardDeliveryToken: Self { .init(.ownAccount, .heardDeliveryToken) }
}

extension StoreKey where Value == OwnSenderCertificate {
    static var certificate: Self { .init(.ownAccount, .certificate) }
}

extension StoreKey where Value == PeerDeliveryToken {
    static func peerToken(_ account: AccountID) -> Self { .init(.peerTokens, .peerToken, named: account.description) }
}
