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
}
