import Crypto
import Keys
import Testing

@testable import Ratchet

/// Which session is used, what is remembered, what is refused.
@Suite struct SessionRuleTests {
    let alice: TestDevice
    let bob: TestDevice

    init() throws {
        alice = try TestDevice()
        bob = try TestDevice()
    }

    private func pair() throws -> Pair {
        var atAlice = try alice.initiate(with: bob)
        var atBob = try bob.respond(to: atAlice.encrypt([1]), from: alice).takeSession()
        _ = try atAlice.decrypt(SessionMessage(atBob.encrypt([2])))
        return Pair(alice: atAlice, bob: atBob)
    }

    @Test("when both begin at once both end on the session with the smaller handshake id")
    func crossing() throws {
        var atAlice = try alice.initiate(with: bob)
        var atBob = try bob.initiate(with: alice)
        let fromAlice = try atAlice.encrypt([1])
        let fromBob = try atBob.encrypt([2])
        let smaller = atAlice.current.handshakeID < atBob.current.handshakeID
            ? atAlice.current.handshakeID : atBob.current.handshakeID
        #expect(try alice.respond(to: fromBob, from: bob, in: &atAlice) == [2])
        #expect(try bob.respond(to: fromAlice, from: alice, in: &atBob) == [1])
        #expect(atAlice.current.handshakeID == smaller && atBob.current.handshakeID == smaller)
        #expect(atAlice.archived.map(\.standing) == [.candidate] && atBob.archived.map(\.standing) == [.candidate])
        for value in UInt8(0)..<6 {
            #expect(try atBob.decrypt(SessionMessage(atAlice.encrypt([value]))) == [value])
            #expect(try atAlice.decrypt(SessionMessage(atBob.encrypt([value]))) == [value])
        }
        #expect(atAlice.current.handshakeID == smaller && atBob.current.handshakeID == smaller)
    }

    @Test("when one of two crossing handshakes never arrives both end on the other")
    func lostCrossing() throws {
        for _ in 0..<4 {
            var atAlice = try alice.initiate(with: bob)
            _ = try atAlice.encrypt([1])
            var atBob = try bob.initiate(with: alice)
            let expected = atBob.current.handshakeID
            #expect(try alice.respond(to: atBob.encrypt([2]), from: bob, in: &atAlice) == [2])
            #expect(try atAlice.decrypt(SessionMessage(atBob.encrypt([3]))) == [3])
            #expect(atAlice.current.handshakeID == expected)
            #expect(try atBob.decrypt(SessionMessage(atAlice.encrypt([4]))) == [4])
        }
    }

    @Test("a peer that begins anew is followed; what was under way on the old session opens and changes nothing")
    func restart() throws {
        var pair = try pair()
        let late = try pair.bob.encrypt([9])
        try pair.bob.restart(as: bob.party, identity: bob.identity, with: alice.bundle(.oneTime))
        #expect(try alice.respond(to: pair.bob.encrypt([3]), from: bob, in: &pair.alice) == [3])
        let current = pair.bob.current.handshakeID
        #expect(pair.alice.current.handshakeID == current)
        #expect(try pair.alice.decrypt(SessionMessage(late)) == [9])
        #expect(pair.alice.current.handshakeID == current)
        #expect(try pair.bob.decrypt(SessionMessage(pair.alice.encrypt([4]))) == [4])
    }

    @Test("at most four sessions are kept beside the current one, the newest")
    func archive() throws {
        var pair = try pair()
        let first = try pair.bob.encrypt([7])
        var handshakes: [HandshakeID] = []
        for round in 0..<6 {
            handshakes.append(pair.alice.current.handshakeID)
            try pair.bob.restart(as: bob.party, identity: bob.identity, with: alice.bundle(.oneTime))
            let value = UInt8(round)
            #expect(try alice.respond(to: pair.bob.encrypt([value]), from: bob, in: &pair.alice) == [value])
        }
        #expect(pair.alice.archived.count == Session.archivedCountMax)
        #expect(handshakes.map { pair.alice.knows($0) } == [false, false, true, true, true, true])
        #expect(throws: OpenError.refused) { try pair.alice.decrypt(SessionMessage(first)) }
    }

    @Test("a handshake without one-time keys is refused the second time; one with them is for the store to refuse")
    func replay() throws {
        for single in TestDevice.Single.allCases {
            var atAlice = try alice.initiate(with: bob, single)
            let message = try SessionMessage(atAlice.encrypt([1]))
            #expect(message.handshake?.usesNoOneTimeKey == (single != .oneTime))
            if single == .oneTime {
                _ = try bob.respond(to: message, from: alice, isReplay: true)
            } else {
                #expect(throws: OpenError.refused) { _ = try bob.respond(to: message, from: alice, isReplay: true) }
            }
            var atBob = try bob.respond(to: message, from: alice).takeSession()
            let before = atBob.recordBytes()
            #expect(throws: OpenError.refused) {
                let handshake = try #require(message.handshake)
                _ = try atBob.respond(
                    to: message, as: bob.party, identity: bob.identity, from: alice.party,
                    preKeys: try bob.preKeys(for: handshake), isReplay: { _ in false })
            }
            #expect(throws: OpenError.refused) { try atBob.decrypt(message) }
            #expect(atBob.recordBytes() == before)
        }
    }

    @Test("a handshake opens for nobody but its two devices")
    func binding() throws {
        let carol = try TestDevice()
        var atAlice = try alice.initiate(with: bob)
        let message = try SessionMessage(atAlice.encrypt([1]))
        let handshake = try #require(message.handshake)
        #expect(throws: OpenError.refused) { _ = try carol.respond(to: message, from: alice) }
        #expect(throws: OpenError.refused) { _ = try bob.respond(to: message, from: carol) }
        #expect(throws: OpenError.refused) {
            _ = try Session.respond(
                to: message, as: carol.party, identity: carol.identity, from: alice.party,
                preKeys: try bob.preKeys(for: handshake), isReplay: { _ in false })
        }
        _ = try bob.respond(to: message, from: alice)
    }

    @Test("prekeys of other names than the handshake's are refused")
    func otherPreKeys() throws {
        var atAlice = try alice.initiate(with: bob, .oneTime)
        let message = try SessionMessage(atAlice.encrypt([1]))
        var poor = try alice.initiate(with: bob, .none)
        let other = try #require(try SessionMessage(poor.encrypt([1])).handshake)
        #expect(throws: OpenError.refused) {
            _ = try Session.respond(
                to: message, as: bob.party, identity: bob.identity, from: alice.party,
                preKeys: try bob.preKeys(for: other), isReplay: { _ in false })
        }
    }

    @Test("a plain message opens no session, and a message of the peer's own is not taken back")
    func strangers() throws {
        var pair = try pair()
        let own = try SessionMessage(pair.alice.encrypt([1]))
        #expect(throws: OpenError.refused) { _ = try bob.respond(to: own, from: alice) }
        #expect(throws: OpenError.refused) { try pair.alice.decrypt(own) }
    }

    @Test("a chain may run 2,000 messages ahead and no more")
    func gaps() throws {
        var pair = try pair()
        let missed = try (0..<2_000).map { _ in try SessionMessage(pair.alice.encrypt([5])) }
        let atBound = try SessionMessage(pair.alice.encrypt([6]))
        let beyond = try SessionMessage(pair.alice.encrypt([7]))
        let before = pair.bob.recordBytes()
        #expect(throws: OpenError.refused) { try pair.bob.decrypt(beyond) }
        #expect(pair.bob.recordBytes() == before)
        #expect(try pair.bob.decrypt(atBound) == [6])
        #expect(try pair.bob.decrypt(missed[0]) == [5] && pair.bob.decrypt(missed[1_999]) == [5])
        #expect(throws: OpenError.refused) { try pair.bob.decrypt(missed[0]) }
        #expect(try pair.bob.decrypt(beyond) == [7])
    }

    @Test("messages missing at a chain's end open after the next has begun; the oldest of too many are forgotten")
    func chainEnds() throws {
        var pair = try pair()
        let late = try (0..<1_500).map { _ in try SessionMessage(pair.alice.encrypt([5])) }
        _ = try pair.alice.decrypt(SessionMessage(pair.bob.encrypt([1])))
        #expect(try pair.bob.decrypt(SessionMessage(pair.alice.encrypt([2]))) == [2])
        #expect(try pair.bob.decrypt(late[1_499]) == [5])
        let later = try (0..<1_500).map { _ in try SessionMessage(pair.alice.encrypt([6])) }
        _ = try pair.alice.decrypt(SessionMessage(pair.bob.encrypt([1])))
        #expect(try pair.bob.decrypt(SessionMessage(pair.alice.encrypt([3]))) == [3])
        #expect(throws: OpenError.refused) { try pair.bob.decrypt(late[0]) }
        #expect(try pair.bob.decrypt(late[1_498]) == [5])
        #expect(try pair.bob.decrypt(later[0]) == [6])
    }

    @Test("a chain that ended with more than 2,000 messages missing holds its successor back, one with 2,000 does not")
    func longChainEnds() throws {
        for (missing, isOpened) in [(2_000, true), (2_001, false)] {
            var pair = try pair()
            _ = try pair.bob.decrypt(SessionMessage(pair.alice.encrypt([0])))
            for _ in 0..<missing { _ = try pair.alice.encrypt([5]) }
            _ = try pair.alice.decrypt(SessionMessage(pair.bob.encrypt([1])))
            let next = try SessionMessage(pair.alice.encrypt([2]))
            let before = pair.bob.recordBytes()
            if isOpened {
                #expect(try pair.bob.decrypt(next) == [2])
            } else {
                #expect(throws: OpenError.refused) { try pair.bob.decrypt(next) }
                #expect(pair.bob.recordBytes() == before)
            }
        }
    }

    @Test("who copied a state cannot follow once its owner has made a new ratchet key and was answered")
    func healing() throws {
        var pair = try pair()
        var stolen = try Session(record: pair.alice.record(), generationAtLeast: 0)
        let readable = try SessionMessage(pair.bob.encrypt([1]))
        #expect(try stolen.decrypt(readable) == [1])
        stolen = try Session(record: pair.alice.record(), generationAtLeast: 0)
        _ = try pair.alice.decrypt(readable)
        _ = try pair.bob.decrypt(SessionMessage(pair.alice.encrypt([2])))
        _ = try pair.alice.decrypt(SessionMessage(pair.bob.encrypt([3])))
        _ = try pair.bob.decrypt(SessionMessage(pair.alice.encrypt([4])))
        let healed = try SessionMessage(pair.bob.encrypt([5]))
        #expect(throws: OpenError.refused) { try stolen.decrypt(healed) }
        #expect(try pair.alice.decrypt(healed) == [5])
    }

    @Test("a message above the bound is not sealed, one at the bound is")
    func sealing() throws {
        var pair = try pair()
        let before = pair.alice.recordBytes()
        #expect(throws: SealError.plaintextTooLong(byteCount: 458_752)) {
            try pair.alice.encrypt([UInt8](repeating: 0, count: 458_752))
        }
        #expect(pair.alice.recordBytes() == before)
        let longest = [UInt8](repeating: 0, count: Session.plaintextByteCountMax)
        let bytes = try pair.alice.encrypt(longest)
        #expect(bytes.count == 458_752 + 58)
        #expect(try pair.bob.decrypt(SessionMessage(bytes)) == longest)
    }

    @Test("a chain at its last number seals no more")
    func exhausted() throws {
        var ratchet = DoubleRatchet(
            root: .random(byteCount: 32),
            sending: DoubleRatchet.Sending(
                ratchetKey: X25519.PrivateKey(), chain: ChainKey(.random(byteCount: 32), number: .max - 1),
                previousCount: 0),
            receiving: nil, skipped: SkippedKeys())
        _ = try ratchet.seal([1], handshake: nil, binding: [])
        #expect(throws: SealError.chainExhausted) { try ratchet.seal([1], handshake: nil, binding: []) }
    }
}
