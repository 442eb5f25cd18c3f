import Crypto
import Keys
import Ratchet
import Wire

/// docs/protocol/sealed-sender.md: certificates, and bodies of messages of several sizes.
enum SealedSenderVectors {
    private static let kinds: [EnvelopeKind] = [.message, .handshake, .sync, .receipt, .call, .control]

    static func make() throws -> JSON {
        let server = ServerSigningKey()
        let sender = try Maker(account: 0x51, device: 3, registration: 77)
        let recipient = try Maker(account: 0x62, device: 9, registration: 16_000)
        let claim = SenderClaim(
            address: sender.party.address, registration: sender.registration,
            accountIdentity: sender.accountIdentity.publicKeys, deviceIdentity: sender.identity.publicKeys,
            expiresAt: Maker.now.adding(seconds: VerifiedSenderCertificate.lifetimeSeconds))
        let certificate = VerifiedSenderCertificate(issuing: claim, signedBy: server)
        let address = SealedRecipient(recipient.party.address, recipient.registration)
        var cases: [JSON] = []
        for (number, byteCount) in [0, 1, 214, 215, 1_134, 40_000].enumerated() {
            let kind = kinds[number % kinds.count]
            let message = SessionVectors.pattern(byteCount, from: UInt8(number), step: 11)
            let attribution = number == 0 ? nil : SessionVectors.pattern(32, from: UInt8(number), step: 1)
            SeededRandom.listen()
            let body = try SealedSender.seal(
                message, kind, certificate: certificate, attribution: attribution, from: sender.identity, to: address,
                recipient.identity.publicKeys)
            cases.append(.object([
                ("kind", .text(kind.rawValue)), ("attribution", .hex(attribution ?? [UInt8](repeating: 0, count: 32))),
                ("hpkeRandomness", .hex(SeededRandom.draws[0])), ("message", .hex(message)), ("body", .hex(body)),
            ]))
        }
        return .object([
            ("serverPrivate", .hex(server.exportSeed().exportUnprotected())),
            ("serverKey", .hex(server.publicKey.bytes)),
            ("sender", sender.json), ("senderRegistration", .number(77)),
            ("recipient", recipient.json), ("recipientRegistration", .number(16_000)),
            ("expires", .number(claim.expiresAt.milliseconds)), ("certificate", .hex(certificate.bytes)),
            ("cases", .list(cases)),
        ])
    }
}

/// docs/protocol/franking.md: commitments, tags with a sender and without, attributions.
enum FrankingVectors {
    static func make() throws -> JSON {
        let secret = SecretBytes.random(byteCount: FrankingSecrets.byteCount)
        let server = try FrankingSecrets(secret)
        let sender = try Maker(account: 0x73, device: 2, registration: 5)
        let claim = SenderClaim(
            address: sender.party.address, registration: sender.registration,
            accountIdentity: sender.accountIdentity.publicKeys, deviceIdentity: sender.identity.publicKeys,
            expiresAt: Maker.now.adding(seconds: 1))
        let attributionKey = server.attributionKey(of: claim)
        let recipient = required(AccountID([UInt8](repeating: 0x84, count: 16)))
        var cases: [JSON] = []
        for (number, byteCount) in [1, 60, 64, 1_000].enumerated() {
            let key = FrankingKey()
            let content = SessionVectors.pattern(byteCount, from: UInt8(number), step: 13)
            let commitment = key.commitment(to: content, by: sender.party.address)
            var stamp = FrankingStamp(
                commitment: commitment, sender: sender.party.address, recipient: recipient, time: Maker.now,
                id: MessageID(UInt64(number) << 40 | 7))
            let tag = server.tag(stamp)
            stamp.sender = nil
            cases.append(.object([
                ("key", .hex(key.bytes)), ("content", .hex(content)), ("commitment", .hex(commitment)),
                ("time", .number(stamp.time.milliseconds)), ("id", .number(stamp.id.rawValue)),
                ("tag", .hex(tag)), ("sealedTag", .hex(server.tag(stamp))),
                ("attribution", .hex(attributionKey.attribution(of: commitment))),
            ]))
        }
        return .object([
            ("tagKey", .hex(secret.part(0..<32).exportUnprotected())),
            ("attributionSecret", .hex(secret.part(32..<64).exportUnprotected())),
            ("account", .hex(sender.account.bytes.array)), ("device", .number(2)),
            ("recipient", .hex(recipient.bytes.array)), ("expires", .number(claim.expiresAt.milliseconds)),
            ("attributionKey", .hex(attributionKey.bytes)), ("cases", .list(cases)),
        ])
    }
}
