import Crypto
import Testing
import Wire

@testable import Keys

@Suite("Franking") final class FrankingTests {
    private let sender = DeviceAddress(account: .random(), device: DeviceID(7))
    private let content = Array("exactly this".utf8)
    private let key = FrankingKey()
    private let server = SecretBytes.random(byteCount: 32)

    private var stamp: FrankingStamp {
        FrankingStamp(
            commitment: key.commitment(to: content, by: sender), sender: sender, recipient: .random(),
            time: Timestamp(milliseconds: 5), id: MessageID(6))
    }

    private static func hmac(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        HMAC.tag(.sha256, key: SecretBytes(copying: key), over: message)
    }

    @Test("the commitment, the tag and the attribution are over the bytes of the tables")
    func layouts() throws {
        let address = sender.account.bytes.array + [0, 0, 0, 7]
        let commitment = key.commitment(to: content, by: sender)
        #expect(commitment == Self.hmac(key.bytes, Array("Sotto franking v1".utf8) + [0] + address + content))
        let stamp = stamp
        let secret = server.exportUnprotected()
        let end = stamp.recipient.bytes.array + [0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 6]
        let head = Array("Sotto franking tag v1".utf8) + [0] + commitment
        #expect(stamp.tag(under: server) == Self.hmac(secret, head + address + end))
        var sealed = stamp
        sealed.sender = nil
        #expect(sealed.tag(under: server) == Self.hmac(secret, head + [UInt8](repeating: 0, count: 20) + end))
        let claim = try claim()
        let attributionKey = AttributionKey(of: claim, under: server)
        let expected = Array("Sotto attribution v1".utf8) + [0] + address + [0, 0, 0, 0, 0, 0, 0, 9]
        #expect(attributionKey.bytes == Self.hmac(secret, expected))
        #expect(attributionKey.attribution(of: commitment) == Self.hmac(attributionKey.bytes, commitment))
    }

    @Test("a commitment opens to exactly the bytes, key and sender it was made of")
    func binding() throws {
        let commitment = key.commitment(to: content, by: sender)
        #expect(key.opens(commitment, to: content, by: sender))
        for bit in 0..<content.count * 8 {
            var other = content
            other[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!key.opens(commitment, to: other, by: sender))
        }
        for count in content.indices { #expect(!key.opens(commitment, to: Array(content[..<count]), by: sender)) }
        #expect(!key.opens(commitment, to: content + [0], by: sender))
        for bit in 0..<256 {
            var bytes = key.bytes
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(try !FrankingKey(bytes).opens(commitment, to: content, by: sender))
            var other = commitment
            other[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!key.opens(other, to: content, by: sender))
        }
        let sibling = DeviceAddress(account: sender.account, device: DeviceID(8))
        #expect(!key.opens(commitment, to: content, by: sibling))
        #expect(!key.opens(commitment, to: content, by: DeviceAddress(account: .random(), device: sender.device)))
        #expect(!key.opens([], to: content, by: sender))
    }

    /// What the server says of ``sender`` in its certificates.
    private func claim(_ device: DeviceAddress? = nil, expiresAt milliseconds: UInt64 = 9) throws -> SenderClaim {
        SenderClaim(
            address: device ?? sender, registration: try #require(RegistrationID(1)),
            accountIdentity: AccountIdentity().publicKeys, deviceIdentity: DeviceIdentity().publicKeys,
            expiresAt: Timestamp(milliseconds: milliseconds))
    }

    @Test("a server knows its own tags, and a device's word for a commitment, by the two halves of its secret")
    func secrets() throws {
        let secrets = try FrankingSecrets(.joining([], server, [UInt8](repeating: 5, count: 32)))
        let stamp = stamp
        let tag = stamp.tag(under: server)
        #expect(secrets.tag(stamp) == tag && secrets.made(tag, for: stamp))
        var other = stamp
        other.id = MessageID(7)
        #expect(!secrets.made(tag, for: other) && !secrets.made([], for: stamp))
        let claim = try claim()
        let key = AttributionKey(of: claim, under: SecretBytes(copying: [UInt8](repeating: 5, count: 32)))
        #expect(secrets.attributionKey(of: claim) == key)
        let word = try AttributionKey(key.bytes).attribution(of: stamp.commitment)
        #expect(secrets.attributes(stamp.commitment, to: claim, by: word))
        let foreign = FrankingKey().commitment(to: content, by: sender)
        #expect(!secrets.attributes(foreign, to: claim, by: word))
        let sibling = DeviceAddress(account: sender.account, device: DeviceID(8))
        #expect(try !secrets.attributes(stamp.commitment, to: self.claim(sibling), by: word))
        #expect(try !secrets.attributes(stamp.commitment, to: self.claim(expiresAt: 10), by: word))
        for bit in 0..<256 { #expect(!secrets.attributes(stamp.commitment, to: claim, by: word.flipped(bit))) }
    }

    @Test("keys and secrets of another size are refused")
    func sizes() {
        for byteCount in [0, 31, 33] {
            let bytes = [UInt8](repeating: 1, count: byteCount)
            let error = LengthError(expectedByteCount: 32, byteCount: byteCount)
            #expect(throws: error) { try FrankingKey(bytes) }
            #expect(throws: error) { try AttributionKey(bytes) }
        }
        for byteCount in [0, 63, 65] {
            #expect(throws: LengthError(expectedByteCount: 64, byteCount: byteCount)) {
                try FrankingSecrets(.random(byteCount: byteCount))
            }
        }
    }

    @Test("a tag is of one stamp only")
    func stamps() {
        let stamp = stamp
        var others = [FrankingStamp](repeating: stamp, count: 6)
        others[0].commitment = FrankingKey().commitment(to: content, by: sender)
        others[1].sender = nil
        others[2].sender = DeviceAddress(account: sender.account, device: DeviceID(8))
        others[3].recipient = .random()
        others[4].time = Timestamp(milliseconds: 6)
        others[5].id = MessageID(7)
        let tags = ([stamp] + others).map { $0.tag(under: server) }
        #expect(Set(tags).count == 7)
        #expect(stamp.tag(under: SecretBytes.random(byteCount: 32)) != tags.first)
    }
}
