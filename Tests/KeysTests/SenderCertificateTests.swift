import Crypto
import Testing
import Wire

@testable import Keys

@Suite("Sender certificates") final class SenderCertificateTests {
    private let server = ServerSigningKey()
    private let now = Timestamp(milliseconds: 1_800_000_000_000)

    private var key: ServerPublicKey { server.publicKey }

    private func claim(_ device: UInt32 = 0x0102_0304) throws -> SenderClaim {
        SenderClaim(
            address: DeviceAddress(account: try #require(AccountID([UInt8](0..<16))), device: DeviceID(device)),
            registration: try #require(RegistrationID(0x0506)), accountIdentity: AccountIdentity().publicKeys,
            deviceIdentity: DeviceIdentity().publicKeys, expiresAt: now.adding(seconds: 3600))
    }

    private func issued(_ claim: SenderClaim) -> VerifiedSenderCertificate {
        VerifiedSenderCertificate(issuing: claim, signedBy: server)
    }

    @Test("the bytes, and what is signed, are those of the table")
    func layout() throws {
        let claim = try claim()
        let bytes = issued(claim).bytes
        var expected = [UInt8(1)] + [UInt8](0..<16) + [1, 2, 3, 4, 5, 6]
        expected += claim.accountIdentity.bytes + claim.deviceIdentity.bytes
        expected.append(number: UInt64(1_800_003_600_000))
        expected += SHA256.hash(server.publicKey.bytes).prefix(8)
        #expect(Array(bytes.prefix(167)) == expected)
        #expect(bytes.count == 231 && UnverifiedSenderCertificate.byteCount == 231)
        #expect(SenderCertificatePayload.byteCount == 231)
        let signature = try Ed25519.Signature(Array(bytes.suffix(64)))
        #expect(
            key.signing.verifies(signature, over: Array("Sotto sender certificate v1".utf8) + [0] + expected))
    }

    @Test("it comes back as it was issued, and as the same bytes")
    func roundTrip() throws {
        let certificate = issued(try claim())
        let verified = try UnverifiedSenderCertificate(certificate.bytes).verified(by: key, acceptedAt: now)
        #expect(verified == certificate)
    }

    @Test("no flipped bit is taken, and no other length")
    func damage() throws {
        let bytes = issued(try claim()).bytes
        for bit in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            let taken = try? UnverifiedSenderCertificate(damaged).verified(by: key, acceptedAt: now)
            #expect(taken == nil, "bit \(bit)")
        }
        for count in bytes.indices {
            #expect(throws: KeyFormatError.truncated) { try UnverifiedSenderCertificate(Array(bytes[..<count])) }
        }
        #expect(throws: KeyFormatError.trailingBytes) { try UnverifiedSenderCertificate(bytes + [0]) }
    }

    @Test("it is good from a day before it expires until five minutes after", arguments: [
        (-300_001, SenderCertificateError.expired), (-300_000, nil), (0, nil), (86_700_000, nil),
        (86_700_001, .tooLongLived),
    ])
    func times(milliseconds: Int, error: SenderCertificateError?) throws {
        let claim = try claim()
        let accepted = Timestamp(milliseconds: UInt64(Int(claim.expiresAt.milliseconds) - milliseconds))
        let unverified = try UnverifiedSenderCertificate(issued(claim).bytes)
        do {
            _ = try unverified.verified(by: key, acceptedAt: accepted)
            #expect(error == nil)
        } catch let caught {
            #expect(caught == error)
        }
    }
}
