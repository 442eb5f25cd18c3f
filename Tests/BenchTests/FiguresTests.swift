import Testing

@testable import sotto_bench

@Suite("Figures")
struct FiguresTests {
    @Test("a quantile is right to 1.6 percent", arguments: [1, 60, 64, 127, 128, 129, 5000, 9_765_432] as [UInt64])
    func quantiles(nanoseconds: UInt64) {
        var histogram = Histogram()
        histogram.add(nanoseconds)
        // A larger one, so that the answer is the bucket's and not the maximum's.
        histogram.add(nanoseconds * 1000)
        let found = histogram.microseconds(at: 0.5) * 1000
        #expect(found >= Double(nanoseconds) && found <= Double(nanoseconds) * 1.016)
    }

    @Test("quantiles of a thousand values stand where they should")
    func ranks() {
        var histogram = Histogram()
        for value in 1...1000 as ClosedRange<UInt64> { histogram.add(value * 1000) }
        #expect((500...508).contains(histogram.microseconds(at: 0.5)))
        #expect((990...1000).contains(histogram.microseconds(at: 0.99)))
        #expect(histogram.microseconds(at: 1) == 1000)
        #expect(Histogram().microseconds(at: 0.5) == 0)
    }

    @Test("a number is written with the figures that count", arguments: [
        (1_234_567.8, "1,234,568"), (100, "100"), (99.96, "100.0"), (12.34, "12.3"), (0.0123, "0.0123"),
        (0, "0.0000"), (-2449, "-2,449"), (-0.5, "-0.50"),
    ])
    func numbers(value: Double, text: String) {
        #expect(Measurement.number(value) == text)
    }

    @Test("a target says whether it is reached")
    func targets() {
        let figures = [
            Figure("a", "rate", 10, "/s", ratio: 0.5, target: .atLeast(11)),
            Figure("b", "cost", 10, "µs", target: .atMost(10)),
        ]
        let measurement = Measurement(verb: "x", title: "x: y", figures: figures)
        #expect(measurement.text().contains("NOT REACHED: at least 11.0"))
        #expect(measurement.text().contains("reached: at most 10.0"))
        #expect(measurement.json() == #"{"verb":"x","title":"x: y","a":10.0,"aRatio":0.5,"b":10.0}"#)
    }

    @Test("options are read as pairs, with an equals sign, and as switches")
    func arguments() throws {
        let arguments = try BenchArguments(["group", "--members", "7", "--data=x", "--quick"])
        #expect(arguments.verb == "group" && arguments.number("members", default: 1) == 7)
        #expect(arguments["data"] == "x" && arguments.has("quick") && !arguments.has("json"))
        #expect(throws: BenchError.self) { try BenchArguments(["group", "--members"]) }
        #expect(throws: BenchError.self) { try BenchArguments(["group", "members"]) }
        #expect(throws: BenchError.self) { try BenchArguments(["group", "--members", "many"]) }
        #expect(throws: BenchError.self) { try BenchArguments(["group", "--member", "7"]) }
    }
}
