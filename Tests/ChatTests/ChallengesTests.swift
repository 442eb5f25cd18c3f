import Crypto
import Keys
import Synchronization
import TestKit
import Testing
import Wire

@testable import Chat

@Suite struct ChallengesTests {
    private let time = Time()
    private let now = Timestamp(milliseconds: 1_000_000)
    private let alice = DeviceAddress(account: .random(), device: DeviceID(1))

    private final class Time: Sendable {
        let milliseconds = Atomic<UInt64>(5_000)
        func advance(_ count: UInt64) { milliseconds.add(count, ordering: .relaxed) }
    }

    private func challenges(key: UInt8 = 1, spentCountMax: Int = 100) -> Challenges {
        Challenges(
            key: SecretBytes(copying: [UInt8](repeating: key, count: 32)), spentCountMax: spentCountMax
        ) { [time] in time.milliseconds.load(ordering: .relaxed) }
    }

    private func isUsed(_ challenge: [UInt8], by address: DeviceAddress, in challenges: Challenges) throws -> Bool {
        guard let standing = challenges.standing(challenge, for: address) else { return false }
        return try challenges.spend(standing)
    }

    @Test("a challenge that was used up for nothing is good again, once, and only as long as it was")
    func givenBack() throws {
        let challenges = challenges(spentCountMax: 1)
        let (challenge, _) = challenges.issue(to: alice, now: now)
        let standing = try #require(challenges.standing(challenge, for: alice))
        #expect(try challenges.spend(standing))
        challenges.giveBack(standing)
        #expect(try challenges.spend(standing), "there is room for it")
        #expect(try !challenges.spend(standing))
        challenges.giveBack(standing)
        time.advance(Limits.challengeSeconds * 1000)
        #expect(try !challenges.spend(standing))
    }

    @Test("a challenge is used once, by whom it was given to; looking at it uses nothing up")
    func once() throws {
        let challenges = challenges()
        let (challenge, expiresAt) = challenges.issue(to: alice, now: now)
        #expect(challenge.count == LoginChallenge.byteCount)
        #expect(expiresAt == now.adding(seconds: Limits.challengeSeconds))
        let sibling = DeviceAddress(account: alice.account, device: DeviceID(2))
        let stranger = DeviceAddress(account: .random(), device: DeviceID(1))
        for other in [sibling, stranger] { #expect(challenges.standing(challenge, for: other) == nil) }
        let (first, second) = (
            try #require(challenges.standing(challenge, for: alice)),
            try #require(challenges.standing(challenge, for: alice))
        )
        #expect(try challenges.spend(first))
        #expect(try !challenges.spend(second), "both were looked at before either was used")
        #expect(try !isUsed(challenge, by: alice, in: challenges))
        let next = challenges.issue(to: alice, now: now).challenge
        #expect(next != challenge)
        #expect(try isUsed(next, by: alice, in: challenges))
    }

    @Test("it stands for a minute of the process's own time, to the millisecond")
    func end() throws {
        let challenges = challenges()
        let challenge = challenges.issue(to: alice, now: now).challenge
        time.advance(Limits.challengeSeconds * 1000 - 1)
        let standing = try #require(challenges.standing(challenge, for: alice))
        time.advance(1)
        #expect(challenges.standing(challenge, for: alice) == nil)
        #expect(try !challenges.spend(standing), "it was over before it was used")
    }

    @Test("a used one is refused until its end, whenever within it others are forgotten")
    func replay() throws {
        for step: UInt64 in [333, 999, 1000, 1001, 7000, 59_999] {
            let challenges = challenges(spentCountMax: 1000)
            let challenge = challenges.issue(to: alice, now: now).challenge
            #expect(try isUsed(challenge, by: alice, in: challenges))
            for count in 1...(62_000 / step + 1) {
                time.advance(step)
                #expect(try isUsed(challenges.issue(to: alice, now: now).challenge, by: alice, in: challenges))
                #expect(try !isUsed(challenge, by: alice, in: challenges), "after \(count * step) ms")
            }
        }
    }

    @Test("one of another start is refused, and so is one with any bit changed or of another length")
    func forged() {
        let challenges = challenges()
        let challenge = challenges.issue(to: alice, now: now).challenge
        #expect(self.challenges(key: 2).standing(challenge, for: alice) == nil)
        for bit in 0..<(challenge.count * 8) {
            var changed = challenge
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(challenges.standing(changed, for: alice) == nil, "bit \(bit)")
        }
        for count in 0..<challenge.count {
            #expect(challenges.standing(Array(challenge.prefix(count)), for: alice) == nil)
        }
        #expect(challenges.standing(challenge + [0], for: alice) == nil)
        #expect(challenges.standing([UInt8](repeating: 0, count: 32), for: alice) == nil)
    }

    @Test("when no more can be remembered, logins are refused rather than used ones forgotten, until these are over")
    func full() throws {
        let challenges = challenges(spentCountMax: 3)
        var used: [[UInt8]] = []
        for _ in 0..<3 {
            used.append(challenges.issue(to: alice, now: now).challenge)
            #expect(try isUsed(used[used.count - 1], by: alice, in: challenges))
            time.advance(1000)
        }
        let next = challenges.issue(to: alice, now: now).challenge
        let refusal = #expect(throws: Problem.self) { try isUsed(next, by: alice, in: challenges) }
        #expect(refusal?.code == .overloaded && refusal?.retryAfterSeconds == 60)
        for challenge in used { #expect(try !isUsed(challenge, by: alice, in: challenges), "still remembered") }
        time.advance(58_000)
        #expect(try isUsed(next, by: alice, in: challenges), "a refused one is not used up, and the first is over")
    }

    @Test("asking leaves nothing behind, and gives another one each time")
    func stateless() {
        let challenges = challenges(spentCountMax: 0)
        var first: Set<[UInt8]> = []
        for _ in 0..<10_000 { first.insert(challenges.issue(to: alice, now: now).challenge) }
        #expect(first.count == 10_000)
        #expect(first.allSatisfy { challenges.standing($0, for: alice) != nil })
    }

    @Test("the process's own time goes on, from another number each time")
    func ownTime() {
        let times = (0..<8).map { _ in Challenges.ownTime() }
        #expect(Set(times.map { $0() >> 20 }).count == times.count)
        let before = times[0]()
        let end = ContinuousClock.now + .milliseconds(20)
        while ContinuousClock.now < end {}
        #expect(times[0]() - before >= 20)
    }
}
