import Testing

@testable import Store

@Suite("Numbers that were passed over")
struct NumberGapTests {
    private let gap = NumberGap(after: 10, through: 30)

    @Test(
        "they count for nobody, wherever he stands",
        arguments: [(0, 20), (10, 20), (11, 19), (29, 1), (30, 0), (40, 0)])
    func count(_ number: UInt64, _ count: UInt64) {
        #expect(gap.count(above: number) == count)
    }

    @Test(
        "whoever has all before them is behind them",
        arguments: [(0, 0), (9, 9), (10, 30), (20, 30), (30, 30), (31, 31)])
    func passed(_ number: UInt64, _ place: UInt64) {
        #expect(gap.passed(from: number) == place)
        #expect(NumberGap().passed(from: number) == number)
    }
}
