import Crypto
import Keys
import Wire

/// The server's word on who this device is, under the key that is pinned for its key log.
final class Certificates: Room {
    private let signed: SignedCalls
    private let contacts: Contacts
    private let keyLog: KeyLogFollower
    private let deliveryTokens: DeliveryTokens
    /// The one whose signature was found good last, and by which key: each message carries the same.
    private var checked: (certificate: VerifiedSenderCertificate, server: ServerPublicKey)?

    init(
        _ ground: Ground, _ signed: SignedCalls, _ contacts: Contacts, _ keyLog: KeyLogFollower,
        _ deliveryTokens: DeliveryTokens
    ) {
        self.signed = signed
        self.contacts = contacts
        self.keyLog = keyLog
        self.deliveryTokens = deliveryTokens
        super.init(ground)
    }

    /// What it takes to write to `account` without saying who writes; `nil` where that is not to be had.
    func pass(to account: AccountID) async throws(ClientError) -> SealedPass? {
        if let pass = try passAtHand(to: account) { return pass }
        guard try deliveryTokens.peerToken(account) != nil else { return nil }
        try await renewCertificate()
        return try passAtHand(to: account)
    }

    /// As ``pass(to:)``, without asking the server for anything.
    func passAtHand(to account: AccountID) throws(ClientError) -> SealedPass? {
        guard let token = try deliveryTokens.peerToken(account) else { return nil }
        return try readyPass(token, maximalAge: ClientLimits.certificateSeconds)
    }

    private func readyPass(_ token: [UInt8], maximalAge: UInt64) throws(ClientError) -> SealedPass? {
        guard let stored = try ownCertificate(maximalAge: maximalAge), let server = try keyLog.knownLog()?.key else {
            return nil
        }
        let (profile, own) = try readyProfile()
        guard let attributionKey = try? AttributionKey(stored.attributionKey),
            let certificate = try verified(stored.certificate, by: server, profile, own)
        else { return nil }
        return SealedPass(
            token: token, certificate: certificate, attributionKey: attributionKey, receivedAt: stored.receivedAt)
    }

    /// The stored one, unless it has aged, or the clock says that it comes from the future.
    private func ownCertificate(maximalAge: UInt64) throws(ClientError) -> OwnSenderCertificate? {
        guard let stored = try read(.certificate) else { return nil }
        let now = surroundings.now()
        return stored.receivedAt <= now && now.seconds(since: stored.receivedAt) < maximalAge ? stored : nil
    }

    /// Fetches another certificate ahead of need, so that asking for one says little about when it is used.
    func lookAfterCertificate() async throws(ClientError) {
        guard configuration.hidesSender else { return }
        let maximalAge = ClientLimits.certificateRenewalSeconds
        if try ownCertificate(maximalAge: maximalAge) == nil { try await renewCertificate() }
    }

    private func renewCertificate() async throws(ClientError) {
        let server = try await keyLog.pinnedLog().key
        let payload = try await signed.run(Endpoints.senderCertificate)
        let (profile, own) = try readyProfile()
        guard let certificate = try verified(payload.certificate, by: server, profile, own),
            let attributionKey = try? AttributionKey(payload.attributionKey)
        else { throw .untrustedServer }
        var transaction = StoreTransaction()
        transaction.put(
            OwnSenderCertificate(certificate, attributionKey, receivedAt: surroundings.now()), at: .certificate)
        try commit(transaction)
    }

    /// The certificate, when the pinned key signed it and it says what this device is. How old it is, the caller knows.
    private func verified(
        _ bytes: [UInt8], by server: ServerPublicKey, _ profile: Profile, _ own: DeviceAddress
    ) throws(ClientError) -> VerifiedSenderCertificate? {
        guard let certificate = checkedCertificate(bytes, by: server), let list = try contacts.knownList(own.account)
        else { return nil }
        let isOurs = certificate.claim.address == own && certificate.claim.registration == profile.registrationID
            && certificate.claim.isListed(in: list)
        return isOurs ? certificate : nil
    }

    private func checkedCertificate(_ bytes: [UInt8], by server: ServerPublicKey) -> VerifiedSenderCertificate? {
        if let checked, checked.certificate.bytes == bytes, checked.server == server { return checked.certificate }
        guard let unverified = try? UnverifiedSenderCertificate(bytes),
            let certificate = try? unverified.verified(by: server, acceptedAt: unverified.claim.expiresAt)
        else { return nil }
        checked = (certificate, server)
        return certificate
    }
}
