import Testing

@testable import sotto_bench

/// Mirrors `TurnsVerb`, `TurnsLoad`, `TurnsResults` and `Spread`.
@Suite("An old and a new program in turns")
struct TurnsTests {
    private static let load = TurnsLoad(
        name: "x", words: ["x"],
        figures: [
            .init("rate", "rate", "/s", isBetterWhenHigher: true), .init("cost", "cost", "µs"),
            .init("absent", "told by one only", ""),
        ])

    private static func results(_ turns: [(old: [String: Double], new: [String: Double])]) -> TurnsResults {
        var results = TurnsResults(load: load)
        results.turns = turns
        return results
    }

    @Test("the middle of an even number of values lies between two, and the ends are told")
    func spreads() {
        #expect(Spread([]) == nil)
        #expect(Spread([3])?.text == "3.00 (3.00–3.00)")
        #expect(Spread([9, 1, 5])?.median == 5)
        #expect(Spread([9, 1, 5, 6])?.median == 5.5)
        #expect(Spread([9, 1, 5])?.least == 1 && Spread([9, 1, 5])?.most == 9)
    }

    @Test("a turn that is slow for both does not move the ratio")
    func ratios() throws {
        let results = Self.results([
            (["rate": 100, "cost": 10], ["rate": 110, "cost": 9]),
            (["rate": 10, "cost": 100], ["rate": 11, "cost": 90]),
            (["rate": 100, "cost": 10], ["rate": 110, "cost": 11]),
        ])
        let rows = results.rows
        #expect(rows.map(\.label) == ["rate", "cost"])
        let rate = try #require(rows.first?.ratio)
        #expect(abs(rate.least - 1.1) < 1e-9 && abs(rate.most - 1.1) < 1e-9)
        #expect(rows.map(\.betterCount) == [3, 2] && rows.map(\.worseCount) == [0, 1])
        #expect(results.table.contains("| 1.10 (1.10–1.10) | better in 3, worse in 0 of 3 |"))
    }

    @Test("equal is neither better nor worse, and a zero has no ratio")
    func equals() throws {
        let row = try #require(Self.results([(["rate": 0], ["rate": 0])]).rows.first)
        #expect(row.betterCount == 0 && row.worseCount == 0 && row.ratio == nil)
    }

    @Test("a figure that one turn lacks has no row")
    func gaps() {
        let turn = (["rate": 1.0, "absent": 1], ["rate": 1.0])
        #expect(Self.results([turn]).rows.map(\.label) == ["rate"])
        #expect(Self.results([]).rows.isEmpty)
    }

    @Test("what the machine did besides is the most of all runs")
    func others() {
        let turn = (["otherLoad": 3.0], ["otherLoad": 40.0])
        #expect(Self.results([turn, (["otherLoad": 5], [:])]).otherLoadMax == 40)
        #expect(Self.results([([:], [:])]).otherLoadMax == nil)
    }

    @Test("the figures of a generator are read from its JSON, and words are no figures")
    func reading() throws {
        let json = #"{"verb":"x","title":"x: 1","a":10.0,"aRatio":0.5,"b":3,"c":-2}"# + "\n"
        #expect(try TurnsVerb.figures(in: Array(json.utf8)) == ["a": 10, "aRatio": 0.5, "b": 3, "c": -2])
        #expect(throws: BenchError.self) { try TurnsVerb.figures(in: Array("[1]".utf8)) }
        #expect(throws: BenchError.self) { try TurnsVerb.figures(in: []) }
    }

    @Test("loads are found by name, and a wrong name is told")
    func loads() throws {
        #expect(try TurnsLoad.named(nil).count == TurnsLoad.all.count)
        #expect(try TurnsLoad.named("latency,one-to-one").map(\.name) == ["latency", "one-to-one"])
        #expect(throws: BenchError.self) { try TurnsLoad.named("one-to-one,two") }
    }

    @Test("options that would measure something else than asked are refused by name", arguments: [
        (["--old", "/"], "needs --old"), (["--new", "/"], "needs --old"),
        (["--old", "/", "--new", "/"], "there is no program"),
        (["--old", "/", "--new", "/", "--turns", "0"], "--turns"),
        (["--old", "/", "--new", "/", "--turns", "few"], "--turns"),
        (["--old", "/", "--new", "/", "--seconds", "soon"], "--seconds"),
        (["--old", "/", "--new", "/", "--generators", "two"], "--generators"),
        (["--old", "/", "--new", "/", "--loads", "two"], "no load “two”"),
    ])
    func refusals(words: [String], why: String) throws {
        let error = #expect(throws: BenchError.self) { try TurnsVerb(BenchArguments(["turns"] + words)) }
        #expect(error?.description.contains(why) == true)
    }

    @Test("a program's output is read, its failure is told, and one that hangs is ended")
    func programs() throws {
        #expect(try ChildProgram.output(of: ["printf", "x%s", "y"], secondsMax: 10) == Array("xy".utf8))
        #expect(throws: BenchError.self) { try ChildProgram.output(of: ["false"], secondsMax: 10) }
        #expect(throws: BenchError.self) { try ChildProgram.output(of: ["no such program"], secondsMax: 10) }
        let start = Monotonic.now()
        #expect(throws: BenchError.self) { try ChildProgram.output(of: ["sleep", "60"], secondsMax: 1) }
        #expect(Monotonic.now() - start < 30_000_000_000)
    }
}
