import Crypto
import Keys
import Testing

@testable import Ratchet

@Suite struct SessionMessageTests {
    let alice: TestDevice
    let bob: TestDevice

    init() throws {
        alice = try TestDevice()
        bob = try TestDevice()
    }

    /// A session at each side, with a reply behind it.
    private func sessions() throws -> Pair {
        var atAlice = try alice.initiate(with: bob)
        var atBob = try bob.respond(to: atAlice.encrypt([1]), from: alice).takeSession()
        _ = try atAlice.decrypt(SessionMessage(atBob.encrypt([2])))
        return Pair(alice: atAlice, bob: atBob)
    }

    @Test("a message has the layout of its table")
    func layout() throws {
        var pair = try sessions()
        let bytes = try pair.alice.encrypt(Array("hello".utf8))
        #expect(bytes.count == 2 + 40 + 256 + 16)
        #expect(Array(bytes[..<2]) == [1, 1])
        let message = try SessionMessage(bytes)
        #expect(message.handshake == nil && message.header.number == 0 && message.header.previousCount == 1)
        #expect(Array(bytes[2..<34]) == message.header.ratchetKey.bytes)
        #expect(Array(bytes[34..<42]) == [0, 0, 0, 1, 0, 0, 0, 0])
        #expect(message.prefix + message.sealed == bytes)
    }

    @Test("an initial message has the layout of its table")
    func initialLayout() throws {
        var session = try alice.initiate(with: bob)
        let bytes = try session.encrypt([])
        #expect(bytes.count == 2 + 1_134 + 40 + 256 + 16)
        #expect(Array(bytes[..<2]) == [1, 2])
        #expect(Array(bytes[2..<6]) == [0, 0, 0, 11])
        #expect(Array(bytes[6..<11]) == [1, 0, 0, 0, 13])
        #expect(Array(bytes[11..<16]) == [1, 0, 0, 0, 14])
        let handshake = try #require(try SessionMessage(bytes).handshake)
        #expect(Array(bytes[16..<48]) == handshake.ephemeral.bytes)
        #expect(Array(bytes[48..<1_136]) == handshake.kem.ciphertext.bytes)
        #expect(handshake.bytes == Array(bytes[2..<1_136]))
        #expect(handshake.id.bytes == SHA256.hash(handshake.bytes))
    }

    @Test("a message cut anywhere or with any bit flipped is refused and changes nothing")
    func hostile() throws {
        var pair = try sessions()
        let bytes = try pair.alice.encrypt(Array("secret".utf8))
        let before = pair.bob.recordBytes()
        for count in bytes.indices {
            #expect(throws: OpenError.refused) {
                try pair.bob.decrypt(SessionMessage(Array(bytes[..<count])))
            }
        }
        for bit in 0..<(bytes.count * 8) {
            #expect(throws: OpenError.refused) { try pair.bob.decrypt(SessionMessage(bytes.flipped(bit))) }
        }
        #expect(throws: OpenError.refused) { try pair.bob.decrypt(SessionMessage(bytes + [0])) }
        #expect(pair.bob.recordBytes() == before)
        #expect(try pair.bob.decrypt(SessionMessage(bytes)) == Array("secret".utf8))
    }

    @Test("an initial message cut anywhere or with a bit of any byte flipped opens no session")
    func hostileInitial() throws {
        var session = try alice.initiate(with: bob)
        let bytes = try session.encrypt(Array("secret".utf8))
        for count in bytes.indices {
            #expect(throws: OpenError.refused) {
                let message = try SessionMessage(Array(bytes[..<count]))
                _ = try bob.respond(to: message, from: alice)
            }
        }
        for byte in bytes.indices {
            let bit = byte * 8 + byte % 8
            // Without its handshake it is refused too: the client would look for a session and find none.
            guard let message = try? SessionMessage(bytes.flipped(bit)), message.handshake != nil else { continue }
            #expect(throws: OpenError.refused) { _ = try bob.respond(to: message, from: alice) }
        }
        _ = try bob.respond(to: SessionMessage(bytes), from: alice)
    }

    @Test("a flipped copy of an initial message is refused by the session that its handshake opened")
    func hostileFollowing() throws {
        var atAlice = try alice.initiate(with: bob)
        var atBob = try bob.respond(to: atAlice.encrypt([1]), from: alice).takeSession()
        let bytes = try atAlice.encrypt([2])
        let before = atBob.recordBytes()
        for byte in bytes.indices {
            guard let message = try? SessionMessage(bytes.flipped(byte * 8 + byte % 8)) else { continue }
            #expect(throws: OpenError.refused) { try atBob.decrypt(message) }
        }
        #expect(atBob.recordBytes() == before)
        #expect(try atBob.decrypt(SessionMessage(bytes)) == [2])
    }

    @Test("a message above a mebibyte is refused before anything is copied")
    func tooLong() {
        #expect(throws: OpenError.refused) {
            try SessionMessage([UInt8](repeating: 1, count: SessionMessage.byteCountMax + 1))
        }
    }

    @Test("a message with the number after the last is refused, one with the last is well formed")
    func lastNumber() throws {
        var pair = try sessions()
        var bytes = try pair.alice.encrypt([1])
        bytes.replaceSubrange(38..<42, with: [0xFF, 0xFF, 0xFF, 0xFE])
        #expect(try SessionMessage(bytes).header.number == .max - 1)
        bytes[41] = 0xFF
        #expect(throws: OpenError.refused) { try SessionMessage(bytes) }
    }
}

/// Two sides of a session, for tests.
struct Pair: ~Copyable {
    var alice: Session
    var bob: Session
}

extension [UInt8] {
    /// The same bytes with one bit the other way.
    func flipped(_ bit: Int) -> [UInt8] {
        var bytes = self
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        return bytes
    }
}
