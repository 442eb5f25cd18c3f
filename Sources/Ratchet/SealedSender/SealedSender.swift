import Crypto
public import Keys
public import Wire

/// Hides who sends from everybody but the recipient: docs/protocol/sealed-sender.md.
///
/// A body:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 1 | version, 1 |
/// | 1 | 32 | encapsulated key |
/// | 33 | *n* + 16 | ``SealedContents``, padded and sealed |
public enum SealedSender {
    static let version: UInt8 = 1
    private static let keyByteCount = 32
    private static let overheadByteCount = 1 + keyByteCount + 16
    /// Where padding ends in any case: a body has at most ``Limits/sealedBodyByteCountMax``.
    static let paddedByteCountMax = Limits.sealedBodyByteCountMax - overheadByteCount

    /// Seals a session message for one device.
    ///
    /// `identity` is of the device that `certificate` is of; it traps when they do not belong together.
    /// - Parameters:
    ///   - kind: what the envelope would say if it were not sealed.
    ///   - attribution: 32 bytes, where the message has a commitment.
    ///   - peer: the recipient's identity, out of its verified list.
    /// - Throws: ``SealedBodyError``.
    public static func seal(
        _ message: [UInt8], _ kind: EnvelopeKind, certificate: VerifiedSenderCertificate, attribution: [UInt8]?,
        from identity: borrowing DeviceIdentity, to recipient: SealedRecipient, _ peer: DeviceIdentityKeys
    ) throws(SealedBodyError) -> [UInt8] {
        precondition(identity.publicKeys == certificate.claim.deviceIdentity, "the certificate is this device's")
        do {
            let key = try SealedContents.authenticationKey(identity, peer, for: recipient)
            let contents = SealedContents(
                kind, certificateBytes: certificate.bytes, attribution: attribution, message: message,
                authenticatedBy: key)
            guard let contents else { throw SealedBodyError.unknownKind }
            guard let padded = padded(contents.bytes) else { throw SealedBodyError.tooLong }
            let sealed = try HPKE.seal(
                to: HPKE.PublicKey(peer.agreement), info: recipient.info, aad: [], plaintext: padded)
            return [version] + sealed.encapsulatedKey + sealed.ciphertext
        } catch let error as SealedBodyError {
            throw error
        } catch {
            throw .unusableKey
        }
    }

    /// What was sealed for this device; well formed, but anyone may have written it.
    /// - Throws: ``OpenError`` for anything else.
    public static func open(
        _ body: [UInt8], as own: SealedRecipient, identity: borrowing DeviceIdentity
    ) throws(OpenError) -> UnverifiedSealedMessage {
        guard body.count > overheadByteCount, body.count <= Limits.sealedBodyByteCountMax, body.first == version
        else { throw .refused }
        let rest = body.dropFirst()
        let sealed = HPKE.Sealed(
            encapsulatedKey: Array(rest.prefix(keyByteCount)), ciphertext: Array(rest.dropFirst(keyByteCount)))
        do {
            let padded = try identity.open(sealed, info: own.info)
            guard let bytes = unpadded(padded) else { throw OpenError.refused }
            let contents = try SealedContents(bytes)
            return UnverifiedSealedMessage(
                contents: contents, certificate: try UnverifiedSenderCertificate(contents.certificate), recipient: own)
        } catch {
            throw .refused
        }
    }

    // MARK: Padding

    /// As ``Padding``, but to no more than fits. `nil` for what fits not at all.
    static func padded(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count < paddedByteCountMax else { return nil }
        guard Padding.paddedByteCount(bytes.count) > paddedByteCountMax else { return Padding.pad(bytes) }
        return bytes + [0x80] + [UInt8](repeating: 0, count: paddedByteCountMax - bytes.count - 1)
    }

    /// `nil` unless ``padded(_:)`` gives exactly these bytes for the result.
    static func unpadded(_ padded: [UInt8]) -> [UInt8]? {
        guard padded.count == paddedByteCountMax else { return Padding.unpad(padded) }
        guard let mark = padded.lastIndex(where: { $0 != 0 }), padded[mark] == 0x80,
            Padding.paddedByteCount(mark) > paddedByteCountMax
        else { return nil }
        return Array(padded[..<mark])
    }
}

/// What a body held, before anything of it was believed.
public struct UnverifiedSealedMessage: Sendable {
    let contents: SealedContents
    private let certificate: UnverifiedSenderCertificate
    private let recipient: SealedRecipient

    init(contents: SealedContents, certificate: UnverifiedSenderCertificate, recipient: SealedRecipient) {
        self.contents = contents
        self.certificate = certificate
        self.recipient = recipient
    }

    /// The message as the device with the certified keys made it, when the server's word is good. Which account that
    /// device is of, its list has yet to say.
    /// - Parameter time: when the server accepted it.
    /// - Throws: ``SealedSenderError/certificate(_:)``; ``SealedSenderError/notAuthentic``.
    public func certified(
        by server: ServerPublicKey, acceptedAt time: Timestamp, identity: borrowing DeviceIdentity
    ) throws(SealedSenderError) -> CertifiedSealedMessage {
        let verified: VerifiedSenderCertificate
        do { verified = try certificate.verified(by: server, acceptedAt: time) } catch { throw .certificate(error) }
        do {
            let key = try SealedContents.authenticationKey(identity, verified.claim.deviceIdentity, for: recipient)
            guard contents.isAuthentic(under: key) else { throw SealedSenderError.notAuthentic }
        } catch {
            throw .notAuthentic
        }
        return CertifiedSealedMessage(contents: contents, certificate: verified)
    }
}

/// A message that the certified device has made; the server alone says whose device that is.
public struct CertifiedSealedMessage: Sendable {
    private let contents: SealedContents
    private let certificate: VerifiedSenderCertificate

    init(contents: SealedContents, certificate: VerifiedSenderCertificate) {
        self.contents = contents
        self.certificate = certificate
    }

    /// Who the server says it is of: good for looking up a device list.
    public var claimedSender: DeviceAddress { certificate.claim.address }

    /// The message with its sender, when the account lists that device with these keys.
    /// - Parameter list: the newest verified one of ``claimedSender``'s account.
    /// - Throws: ``SealedSenderError/notListed``.
    public func verified(in list: VerifiedDeviceList) throws(SealedSenderError) -> SealedMessage {
        guard certificate.claim.isListed(in: list) else { throw .notListed }
        return SealedMessage(
            sender: certificate.claim.address, kind: contents.kind, certificate: certificate,
            attribution: contents.attribution, message: contents.message)
    }
}

/// Why nothing was sealed.
public enum SealedBodyError: Error, Equatable, Sendable {
    /// The recipient's key is of small order.
    case unusableKey
    /// A kind that does not travel inside: a sealed one.
    case unknownKind
    /// Above ``Limits/sealedBodyByteCountMax``.
    case tooLong
}

/// Why a sealed sender is not believed.
public enum SealedSenderError: Error, Equatable, Sendable {
    /// The server did not say so, or not for this time.
    case certificate(SenderCertificateError)
    /// The account lists no such device with these keys.
    case notListed
    /// The certified device did not make it.
    case notAuthentic
}

/// A message whose sender was checked; the message itself still is as it came.
public struct SealedMessage: Sendable {
    public let sender: DeviceAddress
    /// What the envelope would say if it were not sealed.
    public let kind: EnvelopeKind
    public let certificate: VerifiedSenderCertificate
    /// 32 bytes that only the server can check; zeros for none.
    public let attribution: [UInt8]
    /// The session message.
    public let message: [UInt8]
}
