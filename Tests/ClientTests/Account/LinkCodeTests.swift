import Crypto
import Keys
import Testing
import Wire

@testable import Client

@Suite("Codes that link a device")
struct LinkCodeTests {
    private func code() throws -> LinkCode {
        let identity = DeviceIdentity()
        var transaction = StoreTransaction()
        var counters = Counters()
        let upload = PreKeyStock.mint(
            oneTimeCount: 0, kemCount: 0, withStanding: true, signedBy: identity, counters: &counters,
            now: Timestamp(milliseconds: 1_700_000_000_000), into: &transaction)
        return LinkCode(
            identity: identity.publicKeys.payload, registrationID: try #require(RegistrationID(77)), preKeys: upload)
    }

    @Test("a code reads back, and no part of one does")
    func roundTrip() throws {
        let code = try code()
        #expect(LinkCode(text: code.text) == code)
        for count in stride(from: 0, to: code.text.count, by: 7) {
            #expect(LinkCode(text: String(code.text.prefix(count))) == nil)
        }
        #expect(LinkCode(text: code.text + "A") == nil)
        #expect(LinkCode(text: String(repeating: "A", count: ClientLimits.linkCodeByteCountMax + 1)) == nil)
    }

    @Test("a code holds public keys only")
    func publicOnly() throws {
        let identity = DeviceIdentity()
        let secret = identity.exportForSealedStore().exportUnprotected()
        let code = LinkCode(
            identity: identity.publicKeys.payload, registrationID: try #require(RegistrationID(1)),
            preKeys: PreKeyUpload())
        let bytes = try #require(Base64URL.decode(code.text))
        for part in [secret[..<32], secret[32...]] {
            #expect(!bytes.indices.contains { bytes[$0...].starts(with: part) })
        }
    }

    @Test("a reply is 70 characters and reads back; a changed character makes it another or none")
    func reply() throws {
        let address = DeviceAddress(account: .random(), device: DeviceID(3))
        let reply = LinkReply(address: address, identity: AccountIdentity().publicKeys)
        #expect(reply.description.count == 70)
        #expect(LinkReply(text: reply.description) == reply)
        for index in 0..<70 {
            var text = Array(reply.description)
            text[index] = text[index] == "A" ? "B" : "A"
            #expect(LinkReply(text: String(text)) != reply)
        }
        let zero = String(repeating: "A", count: 70)
        for bad in ["", "x", String(reply.description.dropLast()), reply.description + "AA", zero] {
            #expect(LinkReply(text: bad) == nil)
        }
    }
}
