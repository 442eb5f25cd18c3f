import Crypto
import Keys
import Testing
import Wire

@testable import Ratchet

@Suite("Sealed sender")
final class SealedSenderTests {
    private let alice: TestDevice
    private let bob: TestDevice
    private let server = ServerSigningKey()
    private let recipient: SealedRecipient
    private let accepted = Timestamp(milliseconds: 1_800_000_000_000)
    private let message = [UInt8]((0..<200).map { UInt8($0) })

    init() throws {
        (alice, bob) = (try TestDevice(), try TestDevice())
        recipient = SealedRecipient(bob.party.address, try #require(RegistrationID(77)))
    }

    private func certificate(
        of device: TestDevice, expiresAt: Timestamp? = nil, registration: UInt32 = 77
    ) throws -> VerifiedSenderCertificate {
        let claim = SenderClaim(
            address: device.party.address, registration: try #require(RegistrationID(registration)),
            accountIdentity: device.accountIdentity.publicKeys, deviceIdentity: device.identity.publicKeys,
            expiresAt: expiresAt ?? accepted.adding(seconds: 3600))
        return VerifiedSenderCertificate(issuing: claim, signedBy: server)
    }

    private func sealed(
        _ message: [UInt8]? = nil, _ certificate: VerifiedSenderCertificate? = nil, kind: EnvelopeKind = .call
    ) throws -> [UInt8] {
        try SealedSender.seal(
            message ?? self.message, kind, certificate: try certificate ?? self.certificate(of: alice),
            attribution: [UInt8](repeating: 3, count: 32), from: alice.identity, to: recipient,
            bob.identity.publicKeys)
    }

    private func opened(_ body: [UInt8], list: VerifiedDeviceList? = nil) throws -> SealedMessage {
        try SealedSender.open(body, as: recipient, identity: bob.identity)
            .certified(by: server.publicKey, acceptedAt: accepted, identity: bob.identity)
            .verified(in: list ?? alice.list)
    }

    /// Contents as somebody with the recipient's public key alone can seal them.
    private func sealed(forged contents: SealedContents) throws -> [UInt8] {
        try sealed(plaintext: try #require(SealedSender.padded(contents.bytes)))
    }

    private func sealed(plaintext: [UInt8]) throws -> [UInt8] {
        let sealed = try HPKE.seal(
            to: HPKE.PublicKey(bob.identity.publicKeys.agreement), info: recipient.info, aad: [], plaintext: plaintext)
        return [1] + sealed.encapsulatedKey + sealed.ciphertext
    }

    @Test("a message comes out with its sender and its kind", arguments: [0, 1, 1000, 100_000, 459_945])
    func roundTrip(byteCount: Int) throws {
        let message = [UInt8](repeating: 7, count: byteCount)
        let body = try sealed(message)
        #expect(body.count <= Limits.sealedBodyByteCountMax)
        let opened = try opened(body)
        #expect(opened.message == message)
        #expect(opened.sender == alice.party.address)
        #expect(opened.kind == .call)
        #expect(opened.attribution == [UInt8](repeating: 3, count: 32))
        #expect(opened.certificate == (try certificate(of: alice)))
    }

    @Test("the longest session message fits, and what does not is refused")
    func longest() throws {
        var session = try alice.initiate(with: bob)
        let longest = try session.encrypt([UInt8](repeating: 1, count: Session.plaintextByteCountMax))
        #expect(try opened(try sealed(longest)).message == longest)
        #expect(throws: SealedBodyError.tooLong) { try sealed([UInt8](repeating: 1, count: 524_000)) }
        #expect(throws: SealedBodyError.unknownKind) { try sealed(kind: .sealed) }
    }

    @Test("nothing is sealed for a key of small order")
    func unusableKey() throws {
        let signing = bob.identity.publicKeys.signing.bytes
        let peer = try DeviceIdentityKeys(signing + [UInt8](repeating: 0, count: 32))
        let certificate = try certificate(of: alice)
        #expect(throws: SealedBodyError.unusableKey) {
            try SealedSender.seal(
                message, .call, certificate: certificate, attribution: nil, from: alice.identity, to: recipient, peer)
        }
    }

    @Test("sealing with the certificate of another device traps")
    func otherCertificate() async {
        await #expect(processExitsWith: .failure) {
            let tests = try SealedSenderTests()
            let certificate = try tests.certificate(of: tests.bob)
            _ = try? tests.sealed(nil, certificate)
        }
    }

    @Test("who the server says made a body is known once that is certified, and before its list is asked for")
    func claims() throws {
        let message = try SealedSender.open(try sealed(), as: recipient, identity: bob.identity)
        func claimed(by server: ServerPublicKey, _ time: Timestamp) throws -> DeviceAddress {
            try message.certified(by: server, acceptedAt: time, identity: bob.identity).claimedSender
        }
        #expect(try claimed(by: server.publicKey, accepted) == alice.party.address)
        #expect(throws: SealedSenderError.certificate(.unknownServerKey)) {
            try claimed(by: ServerSigningKey().publicKey, accepted)
        }
        #expect(throws: SealedSenderError.certificate(.expired)) {
            try claimed(by: server.publicKey, accepted.adding(seconds: 4 * 3600))
        }
    }

    @Test("genuine contents that are padded in any other way are refused")
    func otherPadding() throws {
        let key = try SealedContents.authenticationKey(alice.identity, bob.identity.publicKeys, for: recipient)
        let contents = SealedContents(
            .message, certificateBytes: try certificate(of: alice).bytes, attribution: nil, message: message,
            authenticatedBy: key)
        let bytes = try #require(contents).bytes
        let padded = try #require(SealedSender.padded(bytes))
        #expect(try opened(try sealed(plaintext: padded)).message == message)
        for other in [bytes, bytes + [0x80], padded + [0], Array(padded.dropLast()), []] {
            let body = try sealed(plaintext: other)
            #expect(throws: OpenError.refused) { try SealedSender.open(body, as: recipient, identity: bob.identity) }
        }
    }

    @Test("bodies have few sizes, and no two have anything in common")
    func sizes() throws {
        let bodies = try stride(from: 200, through: 400, by: 10).map { try sealed([UInt8](repeating: 1, count: $0)) }
        #expect(Set(bodies.map(\.count)).count == 2)
        #expect(Set(bodies.map { Array($0[1..<33]) }).count == bodies.count)
    }

    @Test("no flipped bit, no cut and no longer body opens")
    func damage() throws {
        let body = try sealed()
        // The head whole, and of what is sealed enough: one tag is over all of it.
        for index in Array(body.indices.prefix(50)) + stride(from: 50, to: body.count, by: 17) {
            var damaged = body
            damaged[index] ^= 1 << UInt8(index % 8)
            #expect(throws: OpenError.refused) { try SealedSender.open(damaged, as: recipient, identity: bob.identity) }
        }
        for count in stride(from: 0, to: body.count, by: 29) {
            #expect(throws: OpenError.refused) {
                try SealedSender.open(Array(body.prefix(count)), as: recipient, identity: bob.identity)
            }
        }
        #expect(throws: OpenError.refused) { try SealedSender.open(body + [0], as: recipient, identity: bob.identity) }
        let huge = [1] + [UInt8](repeating: 0, count: Limits.sealedBodyByteCountMax)
        #expect(throws: OpenError.refused) { try SealedSender.open(huge, as: recipient, identity: bob.identity) }
    }

    @Test("a body for another device, or another registration of it, does not open")
    func otherRecipient() throws {
        let body = try sealed()
        let others = [
            SealedRecipient(DeviceAddress(account: bob.account, device: DeviceID(2)), recipient.registration),
            SealedRecipient(recipient.address, try #require(RegistrationID(78))),
            SealedRecipient(alice.party.address, recipient.registration),
        ]
        for other in others {
            #expect(throws: OpenError.refused) { try SealedSender.open(body, as: other, identity: bob.identity) }
        }
        #expect(throws: OpenError.refused) { try SealedSender.open(body, as: recipient, identity: alice.identity) }
    }

    @Test("a certificate that ran out, is good for too long, or of another server is refused")
    func certificates() throws {
        let expired = try certificate(of: alice, expiresAt: Timestamp(milliseconds: accepted.milliseconds - 300_001))
        #expect(throws: SealedSenderError.certificate(.expired)) { try opened(try sealed(nil, expired)) }
        let barely = try certificate(of: alice, expiresAt: Timestamp(milliseconds: accepted.milliseconds - 300_000))
        #expect(try opened(try sealed(nil, barely)).sender == alice.party.address)
        let long = try certificate(of: alice, expiresAt: accepted.adding(seconds: 24 * 3600 + 301))
        #expect(throws: SealedSenderError.certificate(.tooLongLived)) { try opened(try sealed(nil, long)) }
        let claim = try certificate(of: alice).claim
        let foreign = VerifiedSenderCertificate(issuing: claim, signedBy: ServerSigningKey())
        #expect(throws: SealedSenderError.certificate(.unknownServerKey)) { try opened(try sealed(nil, foreign)) }
        var bytes = try certificate(of: alice).bytes
        bytes[230] ^= 1
        let key = try SealedContents.authenticationKey(alice.identity, bob.identity.publicKeys, for: recipient)
        let forged = SealedContents(
            .message, certificateBytes: bytes, attribution: nil, message: message, authenticatedBy: key)
        let body = try sealed(forged: try #require(forged))
        #expect(throws: SealedSenderError.certificate(.badSignature)) { try opened(body) }
    }

    @Test("the server's word is not enough: the sender's own list decides")
    func listing() throws {
        #expect(throws: SealedSenderError.notListed) { try opened(try sealed(), list: bob.list) }
        let replaced = try certificate(of: alice, registration: 78)
        #expect(throws: SealedSenderError.notListed) { try opened(try sealed(nil, replaced)) }
    }

    @Test("somebody else's certificate, copied from a message of theirs, is refused")
    func copiedCertificate() throws {
        let mallory = try TestDevice()
        let stolen = try certificate(of: alice)
        let key = try SealedContents.authenticationKey(mallory.identity, bob.identity.publicKeys, for: recipient)
        let contents = SealedContents(
            .message, certificateBytes: stolen.bytes, attribution: nil, message: message, authenticatedBy: key)
        let body = try sealed(forged: try #require(contents))
        // Before anybody has to look for a list of hers.
        let unverified = try SealedSender.open(body, as: recipient, identity: bob.identity)
        #expect(throws: SealedSenderError.notAuthentic) {
            try unverified.certified(by: server.publicKey, acceptedAt: accepted, identity: bob.identity)
        }
    }

    @Test("a field that was exchanged between two genuine bodies is noticed")
    func splicing() throws {
        let key = try SealedContents.authenticationKey(alice.identity, bob.identity.publicKeys, for: recipient)
        func contents(_ kind: EnvelopeKind, _ attribution: UInt8, _ message: [UInt8]) throws -> [UInt8] {
            let contents = SealedContents(
                kind, certificateBytes: try certificate(of: alice).bytes,
                attribution: [UInt8](repeating: attribution, count: 32), message: message, authenticatedBy: key)
            return try #require(contents).bytes
        }
        let (one, other) = (try contents(.message, 1, [1, 2]), try contents(.receipt, 2, [3, 4]))
        for part in [1..<2, 233..<265, 265..<297, 297..<299] {
            var spliced = one
            spliced.replaceSubrange(part, with: other[part])
            let forged = try SealedContents(spliced)
            #expect(throws: SealedSenderError.notAuthentic) { try opened(try sealed(forged: forged)) }
        }
        #expect(try opened(try sealed(forged: try SealedContents(one))).kind == .message)
    }

    @Test("contents that are cut, or of a later version, are refused before anything of them is believed")
    func shortContents() throws {
        let key = SecretBytes.random(byteCount: 32)
        let contents = SealedContents(
            .message, certificateBytes: try certificate(of: alice).bytes, attribution: nil, message: [],
            authenticatedBy: key)
        let bytes = try #require(contents).bytes
        #expect(bytes.count == SealedContents.headByteCount)
        for count in bytes.indices {
            #expect(throws: KeyFormatError.self) { try SealedContents(Array(bytes[..<count])) }
        }
        #expect(throws: KeyFormatError.unknownVersion(2)) { try SealedContents([2] + bytes.dropFirst()) }
        #expect(throws: KeyFormatError.outOfBounds) { try SealedContents([1, 6] + bytes.dropFirst(2)) }
    }

    @Test("padding has one form for each message, also where the largest body ends")
    func padding() throws {
        let limit = SealedSender.paddedByteCountMax
        for count in [0, 255, 256, 458_751, 458_752, limit - 2, limit - 1] {
            let bytes = [UInt8](repeating: 0x80, count: count)
            let padded = try #require(SealedSender.padded(bytes))
            #expect(padded.count <= limit)
            #expect(SealedSender.unpadded(padded) == bytes)
        }
        #expect(SealedSender.padded([UInt8](repeating: 1, count: limit)) == nil)
        // One that a smaller size would have held.
        #expect(SealedSender.unpadded([0x80] + [UInt8](repeating: 0, count: limit - 1)) == nil)
        #expect(SealedSender.unpadded([UInt8](repeating: 0, count: limit)) == nil)
    }
}
