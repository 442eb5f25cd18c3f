import Crypto
import Keys
import Testing

@testable import Ratchet

@Suite struct SessionRecordTests {
    let alice: TestDevice
    let bob: TestDevice

    init() throws {
        alice = try TestDevice()
        bob = try TestDevice()
    }

    /// A session with skipped keys of two chains, an archived session of each standing, and a pending handshake.
    private func rich() throws -> Session {
        var atAlice = try alice.initiate(with: bob)
        var atBob = try bob.respond(to: atAlice.encrypt([1]), from: alice).takeSession()
        for _ in 0..<3 { _ = try atBob.encrypt([0]) }
        _ = try atAlice.decrypt(SessionMessage(atBob.encrypt([2])))
        _ = try atBob.decrypt(SessionMessage(atAlice.encrypt([3])))
        for _ in 0..<2 { _ = try atBob.encrypt([0]) }
        _ = try atAlice.decrypt(SessionMessage(atBob.encrypt([4])))
        try atAlice.restart(as: alice.party, identity: alice.identity, with: bob.bundle(.lastResort))
        var crossing = try bob.initiate(with: alice, .none)
        _ = try alice.respond(to: crossing.encrypt([5]), from: bob, in: &atAlice)
        return atAlice
    }

    @Test("a session comes back from its record as it was")
    func roundTrip() throws {
        let session = try rich()
        let bytes = session.recordBytes()
        let again = try Session(record: session.record(), generationAtLeast: session.generation)
        #expect(again.recordBytes() == bytes)
        #expect(again.generation == session.generation && again.archived.count == 2)
        let standings = Set(again.archived.map(\.standing))
        #expect(standings == [.candidate, .retired])
    }

    @Test("an answered session has a record of 283 bytes, an unanswered one not above 1,400")
    func size() throws {
        var atAlice = try alice.initiate(with: bob)
        #expect(atAlice.record().byteCount <= 1_400)
        var atBob = try bob.respond(to: atAlice.encrypt([1]), from: alice).takeSession()
        _ = try atAlice.decrypt(SessionMessage(atBob.encrypt([2])))
        #expect(atAlice.recordBytes().count == 283 && atBob.recordBytes().count == 283)
    }

    @Test("each use counts the generation up, and an older record is refused")
    func rollback() throws {
        var atAlice = try alice.initiate(with: bob)
        let first = atAlice.record()
        #expect(atAlice.generation == 1)
        let message = try atAlice.encrypt([1])
        #expect(atAlice.generation == 2)
        var atBob = try bob.respond(to: message, from: alice).takeSession()
        _ = try atAlice.decrypt(SessionMessage(atBob.encrypt([2])))
        #expect(atAlice.generation == 3)
        #expect(throws: OpenError.refused) { try atAlice.decrypt(SessionMessage(message)) }
        #expect(atAlice.generation == 3)
        try atAlice.restart(as: alice.party, identity: alice.identity, with: bob.bundle(.none))
        #expect(atAlice.generation == 4)
        let generation = atAlice.generation
        #expect(throws: RecordError.rolledBack(generation: 1, atLeast: generation)) {
            _ = try Session(record: first, generationAtLeast: generation).generation
        }
        let accepted = try Session(record: first, generationAtLeast: 1).generation
        #expect(accepted == 1)
    }

    @Test("a record cut anywhere, grown or of another version is refused")
    func malformed() throws {
        let bytes = try rich().recordBytes()
        for count in bytes.indices {
            let cut = SecretBytes(copying: bytes[..<count])
            #expect(throws: RecordError.malformed) { _ = try Session(record: cut, generationAtLeast: 0).generation }
        }
        let grown = SecretBytes(copying: bytes + [0])
        #expect(throws: RecordError.malformed) { _ = try Session(record: grown, generationAtLeast: 0).generation }
        let newer = SecretBytes(copying: [2] + bytes.dropFirst())
        #expect(throws: RecordError.unknownVersion(2)) {
            _ = try Session(record: newer, generationAtLeast: 0).generation
        }
    }

    @Test("a record with any bit flipped is refused or is a session, and never traps")
    func flipped() throws {
        let bytes = try rich().recordBytes()
        let message = try SessionMessage(bob.initiate(with: alice).encrypted([1]))
        for bit in 0..<(bytes.count * 8) {
            let record = SecretBytes(copying: bytes.flipped(bit))
            do {
                var session = try Session(record: record, generationAtLeast: 0)
                _ = try? session.decrypt(message)
            } catch {
                #expect(error == .malformed || error == .unknownVersion(bytes.flipped(bit)[0]))
            }
        }
    }
}

extension Session {
    /// One message, from a session that is not kept.
    consuming func encrypted(_ plaintext: [UInt8]) throws(SealError) -> [UInt8] { try encrypt(plaintext) }
}
