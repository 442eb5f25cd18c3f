import Glibc
import Wire

/// `turns`: an old and a new program under the same loads, one after the other and again, so that both meet the same
/// minutes of a machine that is not always equally free.
///
/// Each run is a process of the generator with a server and an empty store of its own. Turns with an even number
/// begin with the new program, so that neither always follows the other.
struct TurnsVerb {
    private enum Side: String { case old, new }

    /// No run takes longer than this many seconds beyond what it measures.
    private static let secondsMax: UInt64 = 120

    private let folders: [Side: String]
    private let generators: [Side: String]
    private let loads: [TurnsLoad]
    private let turnCount: Int
    private let seconds: String
    private let data: String
    private var failures: [String] = []

    init(_ arguments: BenchArguments) throws(BenchError) {
        guard let old = arguments["old"], let new = arguments["new"] else {
            throw .usage("turns needs --old FOLDER and --new FOLDER, each with a sottod")
        }
        folders = [.old: old, .new: new]
        let own = try Rig.neighbour("sotto-bench")
        switch arguments["generators"] ?? "one" {
        case "one": generators = [.old: own, .new: own]
        case "own": generators = [.old: "\(old)/sotto-bench", .new: "\(new)/sotto-bench"]
        default: throw .usage("--generators is “one”, this program for both, or “own”, that of each folder")
        }
        loads = try TurnsLoad.named(arguments["loads"])
        guard let turnCount = Int(arguments["turns"] ?? "5"), (1...100).contains(turnCount) else {
            throw .usage("--turns takes 1 to 100")
        }
        self.turnCount = turnCount
        seconds = arguments["seconds"] ?? "4"
        guard let number = Double(seconds), (0.1...600).contains(number) else {
            throw .usage("--seconds takes 0.1 to 600")
        }
        data = arguments["data"] ?? "."
        for program in folders.values.map({ "\($0)/sottod" }) + Array(generators.values) {
            guard access(program, X_OK) == 0 else { throw .usage("there is no program \(program)") }
        }
    }

    mutating func run() throws(BenchError) {
        var results = loads.map { TurnsResults(load: $0) }
        let start = Monotonic.now()
        for turn in 1...turnCount {
            for index in results.indices {
                guard let both = try take(turn, results[index].load) else { continue }
                results[index].turns.append(both)
            }
        }
        show(results, seconds: Double(Monotonic.now() - start) / 1e9)
        guard failures.isEmpty else { throw .server("\(failures.count) runs failed") }
    }

    /// One load, once under each program. `nil` when one of them failed: what the other did is then not counted.
    private mutating func take(
        _ turn: Int, _ load: TurnsLoad
    ) throws(BenchError) -> (old: [String: Double], new: [String: Double])? {
        var figures: [Side: [String: Double]] = [:]
        for side in turn.isMultiple(of: 2) ? [Side.new, .old] : [.old, .new] {
            do throws(BenchError) {
                let found = try measure(load, side)
                let first = load.figures.first.flatMap { (figure) in
                    found[figure.key].map { "\(figure.label) \(Measurement.number($0)) \(figure.unit)" }
                }
                Self.tell("turn \(turn) of \(turnCount), \(load.name), \(side.rawValue): \(first ?? "no figure")")
                figures[side] = found
            } catch {
                try Interruption.check()
                failures.append("turn \(turn), \(load.name), \(side.rawValue): \(error)")
                Self.tell(failures.last ?? "")
            }
        }
        guard let old = figures[.old], let new = figures[.new] else { return nil }
        return (old, new)
    }

    private func measure(_ load: TurnsLoad, _ side: Side) throws(BenchError) -> [String: Double] {
        let words = [generators[side] ?? ""] + load.words + [
            "--json", "--quick", "--seconds", seconds, "--data", data, "--server-binary",
            "\(folders[side] ?? "")/sottod",
        ]
        let limit = Self.secondsMax + UInt64(2 * (Double(seconds) ?? 0))
        return try Self.figures(in: try ChildProgram.output(of: words, secondsMax: limit))
    }

    /// The numbers of one JSON object.
    static func figures(in bytes: [UInt8]) throws(BenchError) -> [String: Double] {
        guard let value = try? bytes.withUnsafeBytes({ try WireValue.parse($0, as: .json) }),
            case .map(let entries) = value
        else { throw .server("a generator wrote no JSON object") }
        var found: [String: Double] = [:]
        for entry in entries {
            switch entry.value {
            case .double(let number): found[entry.key] = number
            case .unsigned(let number): found[entry.key] = Double(number)
            case .negative(let number): found[entry.key] = Double(number)
            case .null, .boolean, .text, .bytes, .list, .map: break
            }
        }
        return found
    }

    private func show(_ results: [TurnsResults], seconds: Double) {
        print("\(MachineUse.description)\n")
        print("old: \(folders[.old] ?? "")")
        print("new: \(folders[.new] ?? "")")
        print("\(turnCount) turns of \(self.seconds) s a load, in \(Measurement.number(seconds)) s\n")
        print(TurnsResults.tableHead)
        for result in results where !result.turns.isEmpty { print(result.table) }
        print("")
        for result in results {
            guard let most = result.otherLoadMax else { continue }
            print("\(result.load.name): other processes took up to \(Measurement.number(most)) % of the machine")
        }
        for failure in failures { print("FAILED: \(failure)") }
    }

    /// Progress goes where it does not mix with the table.
    private static func tell(_ line: String) {
        _ = Array("\(line)\n".utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
