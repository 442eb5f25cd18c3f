import Store
import Testing
import Wire

/// Mirrors `MessageIDSource`.
@Suite("Message ids")
struct MessageIDSourceTests {
    private static let start: UInt64 = 1_795_000_000_000
    private let shard: Shard

    init() throws { shard = try #require(Shard(0xA5C)) }

    /// The parts of an id.
    private func parts(_ id: MessageID) -> (milliseconds: UInt64, count: UInt64, shard: UInt64) {
        (id.rawValue >> 21, id.rawValue >> 12 & 0x1FF, id.rawValue & 0xFFF)
    }

    private func ids(_ source: inout MessageIDSource, _ milliseconds: [UInt64]) -> [MessageID] {
        milliseconds.map { source.next(at: Timestamp(milliseconds: $0)) }
    }

    private func expectAscending(_ ids: [MessageID]) {
        for (one, next) in zip(ids, ids.dropFirst()) { #expect(one < next) }
        for id in ids { #expect(id.shard == shard && Int64(bitPattern: id.rawValue) > 0) }
    }

    @Test("an id is the millisecond, a count in it, and the shard")
    func layout() {
        var source = MessageIDSource(in: shard)
        let first = parts(source.next(at: Timestamp(milliseconds: Self.start)))
        #expect(first == (Self.start, 0, 0xA5C))
        let second = parts(source.next(at: Timestamp(milliseconds: Self.start)))
        #expect(second == (Self.start, 1, 0xA5C))
        let later = parts(source.next(at: Timestamp(milliseconds: Self.start + 1)))
        #expect(later == (Self.start + 1, 0, 0xA5C))
        #expect(source.last == (Self.start + 1) << 21 | 0xA5C)
    }

    @Test("a millisecond has 512 ids; the next ones come from the milliseconds after it, until the clock is beyond")
    func exhaustion() {
        var source = MessageIDSource(in: shard)
        let burst = ids(&source, [UInt64](repeating: Self.start, count: 1_200))
        expectAscending(burst)
        #expect(parts(burst[511]) == (Self.start, 511, 0xA5C))
        #expect(parts(burst[512]) == (Self.start + 1, 0, 0xA5C))
        #expect(parts(burst[1_199]) == (Self.start + 2, 175, 0xA5C))
        let after = ids(&source, [Self.start + 1, Self.start + 2, Self.start + 3, Self.start + 3])
        expectAscending(burst.suffix(1) + after)
        #expect(after.map { parts($0).milliseconds } == [2, 2, 3, 3].map { Self.start + $0 })
        #expect(after.map { parts($0).count } == [176, 177, 0, 1])
    }

    @Test("ids ascend when the clock stands still, jumps back, and jumps to either end of time")
    func clockJumps() {
        var source = MessageIDSource(in: shard)
        let jumps = [
            Self.start, Self.start, Self.start - 86_400_000, Self.start - 86_400_000, 0, Self.start + 1, 3,
            Self.start + 86_400_000, Self.start, Timestamp.millisecondsMax, Timestamp.millisecondsMax, .max, 0,
            Self.start,
        ]
        let given = ids(&source, jumps)
        expectAscending(given)
        // Back at the true time, it counts on from where the clock had been.
        #expect(parts(given[2]) == (Self.start, 2, 0xA5C))
        #expect(parts(given[8]) == (Self.start + 86_400_000, 1, 0xA5C))
    }

    @Test("after a clock that claimed the end of time, ids go on for very long")
    func endOfTime() {
        var source = MessageIDSource(in: shard)
        let last = source.next(at: Timestamp(milliseconds: .max))
        #expect(parts(last).milliseconds == MessageIDSource.millisecondsMax)
        // The year 2109 begins at 4,386,441,600,000.
        #expect(MessageIDSource.millisecondsMax > 4_386_441_600_000 && MessageIDSource.millisecondsMax < 1 << 42)
        expectAscending(ids(&source, [UInt64](repeating: Self.start, count: 10_000)))
        let left = UInt64(Int64.max) >> 12 - last.rawValue >> 12
        #expect(left > 2_000_000_000_000)
    }

    @Test("the end of the bits traps rather than give a negative id")
    func endOfBits() async {
        await #expect(processExitsWith: .failure) {
            var source = MessageIDSource(in: .random(), after: UInt64(Int64.max))
            _ = source.next(at: Timestamp(milliseconds: 0))
        }
    }

    @Test("ids of two stores never meet, whatever their clocks and bursts", arguments: [
        0xA5D, 0x25C, 0, 0xFFF,
    ] as [UInt16])
    func twoStores(number: UInt16) throws {
        var (one, other) = (MessageIDSource(in: shard), MessageIDSource(in: try #require(Shard(number))))
        var mine: Set<UInt64> = []
        var others: Set<UInt64> = []
        for index in UInt64(0)..<5_000 {
            mine.insert(one.next(at: Timestamp(milliseconds: Self.start + index / 1_000)).rawValue)
            others.insert(other.next(at: Timestamp(milliseconds: Self.start + index / 7)).rawValue)
        }
        #expect(mine.count == 5_000 && others.count == 5_000)
        #expect(mine.isDisjoint(with: others))
    }

    @Test("a source goes on above the last id of its store, whichever shard had given it", arguments: [0, 0xA5B, 0xFFF])
    func goesOn(low: UInt64) {
        let last = Self.start << 21 | 511 << 12 | low
        var source = MessageIDSource(in: shard, after: last)
        let next = source.next(at: Timestamp(milliseconds: 0))
        #expect(next.rawValue > last)
        #expect(parts(next) == (Self.start + 1, 0, 0xA5C))
    }
}
