import SQLite
import Testing

@testable import Store

@Suite("Numbers that were passed over")
struct NumberGapsTests {
    /// From behind 10 to 30, and from behind 40 to 45.
    private let gaps: NumberGaps

    init() {
        var gaps = NumberGaps()
        #expect(gaps.skip(20, after: 10) == 30)
        #expect(gaps.skip(5, after: 40) == 45)
        self.gaps = gaps
    }

    @Test(
        "they count for nobody, wherever he stands",
        arguments: [(0, 25), (10, 25), (11, 24), (29, 6), (30, 5), (40, 5), (44, 1), (45, 0), (50, 0)])
    func count(_ number: UInt64, _ count: UInt64) {
        #expect(gaps.count(above: number) == count)
    }

    @Test(
        "whoever has all before one is behind it",
        arguments: [(0, 0), (9, 9), (10, 30), (20, 30), (30, 30), (31, 31), (40, 45), (44, 45), (45, 45)])
    func passed(_ number: UInt64, _ place: UInt64) {
        #expect(gaps.passed(from: number) == place)
        #expect(NumberGaps().passed(from: number) == number)
    }

    @Test("what touches is one, so that whoever stands before it gets behind all of it")
    func touching() {
        var gaps = NumberGaps()
        #expect(gaps.skip(20, after: 10) == 30)
        #expect(gaps.skip(20, after: 30) == 50)
        #expect(gaps.passed(from: 10) == 50)
        #expect(gaps.count(above: 0) == 40)
        #expect(gaps.skip(0, after: 60) == 60)
        #expect(gaps.skip(.max, after: 60) == 60, "there are no such numbers")
        #expect(gaps.count(above: 0) == 40)
    }
}
