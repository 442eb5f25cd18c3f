import Store
import TestKit
import Testing
import Wire

@testable import Chat

/// Mirrors `ClockJumps`.
@Suite("A clock that jumps")
struct ClockJumpsTests {
    private let start = Timestamp(milliseconds: 1_795_000_000_000)
    private let day: UInt64 = 86_400

    /// The row after so many minutes of running with the clock at `now`.
    private func run(_ row: ClockRow?, minutes: UInt64, from now: Timestamp) -> ClockRow? {
        var row = row
        for minute in 0..<minutes { row = ClockJumps.noted(row, at: now.adding(seconds: minute * 60)) }
        return row
    }

    @Test("a new store believes its clock, and goes on to while it goes on by minutes, or stands for a day")
    func believed() throws {
        var row = ClockJumps.noted(nil, at: start)
        #expect(!ClockJumps.isHeld(nil, at: start))
        #expect(row == ClockRow(notedAt: start))
        row = try #require(run(row, minutes: 2_000, from: start))
        #expect(row.heldMinutes == nil)
        #expect(!ClockJumps.isHeld(row, at: row.notedAt.adding(seconds: day)))
        #expect(ClockJumps.isHeld(row, at: row.notedAt.adding(seconds: day + 1)))
    }

    @Test("after a jump deletions are held for a day of running, also over restarts, and then go on")
    func held() throws {
        let later = start.adding(seconds: 50 * day)
        var row = try #require(run(ClockRow(notedAt: start), minutes: 700, from: later))
        #expect(row.heldMinutes == 700 && row.notedAt == start)
        // A restart two days later: what counts is how long it ran.
        let again = later.adding(seconds: 2 * day)
        #expect(ClockJumps.isHeld(row, at: again))
        row = try #require(run(row, minutes: 740, from: again))
        #expect(ClockJumps.isHeld(row, at: again))
        row = try #require(run(row, minutes: 1, from: again.adding(seconds: 740 * 60)))
        #expect(row == ClockRow(notedAt: again.adding(seconds: 740 * 60)))
        #expect(!ClockJumps.isHeld(row, at: row.notedAt))
    }

    @Test("a clock that was wrong and is set right is believed at once, and one set back too")
    func setRight() throws {
        let row = try #require(run(ClockRow(notedAt: start), minutes: 10, from: start.adding(seconds: 50 * day)))
        let right = start.adding(seconds: 700)
        #expect(ClockJumps.noted(row, at: right) == ClockRow(notedAt: right))
        let back = Timestamp(milliseconds: 1_000)
        #expect(ClockJumps.noted(ClockRow(notedAt: start), at: back) == ClockRow(notedAt: back))
    }

    @Test("queues and media outlive a jump of the clock, until the operator believes it; messages keep their promise")
    func sweeps() async throws {
        let house = ChatHouse()
        let alice = try await house.person("alice")
        let bob = try await house.person("bob")
        let now = house.now
        let media = MediaRow(
            media: .random(), blob: .random(), owner: alice.address, mediaClass: .sealed, state: .ready,
            byteCount: 9, sha256: nil, lifetime: .usual, conversation: nil, createdAt: now, uploadHash: [1],
            uploadExpiresAt: now, deleteHash: [2], expiresAt: now.adding(seconds: day),
            endsAt: now.adding(seconds: day))
        _ = try await house.chat.commit { (turn) throws(Problem) in
            try turn.tables.putMedia(media)
            _ = try turn.tables.append(
                EnvelopeDraft(
                    time: now, sender: alice.address, clientID: .random(), kind: .message, isUrgent: false,
                    conversation: nil, copies: [.init(recipient: bob.address, body: [1])]))
            return try turn.noteTime()
        }
        house.clock.advance(seconds: 50 * day)
        func sweep() async throws -> [Int] {
            try await house.chat.commit { (turn) throws(Problem) in
                [try turn.sweepRows(limit: 100), try turn.sweepMedia(limit: 100)]
            }
        }
        func waiting() async throws -> Int {
            try await house.chat.look { (look) throws(Problem) in
                try look.tables.envelopes(for: bob.address, after: QueueNumber(0), limit: 9, byteCountMax: 99).count
            }
        }
        _ = try await sweep()
        #expect(try await sweep() == [0, 0])
        #expect(try await waiting() == 1)
        #expect(try await house.chat.commit { (turn) throws(Problem) in try turn.noteTime() })
        #expect(try await sweep() == [0, 0])
        try await house.chat.commit { (turn) throws(Problem) in try turn.believeClock() }
        #expect(try await sweep() == [1, 1])
        #expect(try await waiting() == 0)
    }
}
