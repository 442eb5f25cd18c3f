import Crypto
import Keys
import Testing
import Wire

@testable import Ratchet

@Suite struct SessionTests {
    let alice: TestDevice
    let bob: TestDevice

    init() throws {
        alice = try TestDevice()
        bob = try TestDevice()
    }

    @Test("two devices talk, whichever prekeys the bundle had", arguments: TestDevice.Single.allCases)
    func conversation(single: TestDevice.Single) throws {
        var atAlice = try alice.initiate(with: bob, single)
        let hello = try atAlice.encrypt(Array("hello".utf8))
        let again = try atAlice.encrypt(Array("again".utf8))
        let response = try bob.respond(to: hello, from: alice)
        #expect(response.plaintext == Array("hello".utf8))
        var atBob = response.takeSession()
        #expect(try atBob.decrypt(SessionMessage(again)) == Array("again".utf8))
        for round in 0..<20 {
            let text = Array("round \(round)".utf8)
            #expect(try atAlice.decrypt(SessionMessage(atBob.encrypt(text))) == text)
            #expect(try atBob.decrypt(SessionMessage(atAlice.encrypt(text))) == text)
        }
    }

    @Test("the handshake stands before each message until the first reply, and not after")
    func pendingHandshake() throws {
        var atAlice = try alice.initiate(with: bob)
        let first = try SessionMessage(atAlice.encrypt([1]))
        let second = try SessionMessage(atAlice.encrypt([2]))
        #expect(first.handshake != nil && first.handshake == second.handshake)
        let response = try Session.respond(
            to: second, as: bob.party, identity: bob.identity, from: alice.party,
            preKeys: try bob.preKeys(for: try #require(second.handshake)), isReplay: { _ in false })
        #expect(response.plaintext == [2])
        var atBob = response.takeSession()
        #expect(try atBob.decrypt(first) == [1])
        let reply = try SessionMessage(atBob.encrypt([3]))
        #expect(reply.handshake == nil)
        #expect(try atAlice.decrypt(reply) == [3])
        #expect(try SessionMessage(atAlice.encrypt([4])).handshake == nil)
    }

    /// Points of small order: whatever the private key, the agreement is known to everyone.
    private static let smallOrder = [UInt8(0), 1].map { [$0] + [UInt8](repeating: 0, count: 31) }

    @Test("a bundle with a key of small order begins no session, and changes none", arguments: smallOrder)
    func unusableBundle(key: [UInt8]) throws {
        let bundle = try bob.bundle(.oneTime, oneTimeKey: key)
        #expect(throws: HandshakeError.unusableKey) {
            _ = try Session.initiate(as: alice.party, identity: alice.identity, with: bundle).generation
        }
        var session = try alice.initiate(with: bob)
        let before = session.recordBytes()
        #expect(throws: HandshakeError.unusableKey) {
            try session.restart(as: alice.party, identity: alice.identity, with: bundle)
        }
        let after = session.recordBytes()
        #expect(after == before)
    }

    @Test("a handshake with a key of small order is not answered", arguments: smallOrder)
    func unusableHandshake(key: [UInt8]) throws {
        var bytes = try alice.initiate(with: bob).encrypted([1])
        bytes.replaceSubrange(16..<48, with: key)
        #expect(try SessionMessage(bytes).handshake?.ephemeral.bytes == key)
        #expect(throws: OpenError.refused) { _ = try bob.respond(to: bytes, from: alice) }
    }

    @Test("a message without a handshake begins no session")
    func noHandshake() throws {
        var atAlice = try alice.initiate(with: bob)
        let first = try SessionMessage(atAlice.encrypt([1]))
        var atBob = try bob.respond(to: first, from: alice).takeSession()
        let reply = try SessionMessage(atBob.encrypt([2]))
        let preKeys = try alice.preKeys(for: try #require(first.handshake))
        #expect(throws: OpenError.refused) {
            _ = try Session.respond(
                to: reply, as: alice.party, identity: alice.identity, from: bob.party, preKeys: preKeys,
                isReplay: { _ in false })
        }
    }

    @Test("only a device that its account lists is a party")
    func unlisted() {
        #expect(Party(DeviceID(1), in: alice.list) == alice.party)
        #expect(Party(DeviceID(2), in: alice.list) == nil)
    }

    @Test("private keys of another device than the one that is spoken for trap")
    func otherIdentity() async {
        await #expect(processExitsWith: .failure) {
            let (alice, bob) = (try TestDevice(), try TestDevice())
            let bundle = try bob.bundle(.none)
            _ = try? Session.initiate(as: alice.party, identity: bob.identity, with: bundle).generation
        }
        await #expect(processExitsWith: .failure) {
            let (alice, bob) = (try TestDevice(), try TestDevice())
            var session = try alice.initiate(with: bob)
            let bundle = try bob.bundle(.none)
            try? session.restart(as: alice.party, identity: bob.identity, with: bundle)
        }
        await #expect(processExitsWith: .failure) {
            let (alice, bob) = (try TestDevice(), try TestDevice())
            let message = try SessionMessage(alice.initiate(with: bob).encrypted([1]))
            let preKeys = try bob.preKeys(for: try #require(message.handshake))
            _ = try? Session.respond(
                to: message, as: bob.party, identity: alice.identity, from: alice.party, preKeys: preKeys,
                isReplay: { _ in false }).plaintext
        }
    }
}
