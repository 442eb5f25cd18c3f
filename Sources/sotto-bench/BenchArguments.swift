/// A verb, its `--name value` pairs (or `--name=value`) and its switches.
struct BenchArguments {
    static let switches: Set<String> = ["json", "markdown", "quick", "help", "tls", "early"]
    static let numbers: Set<String> = [
        "bytes", "connections", "count", "depth", "entries", "members", "messages", "pairs", "pid", "port", "rate",
        "rounds", "seconds", "size", "sockets", "threads", "turns", "window",
    ]
    static let texts: Set<String> = [
        "ca", "cert", "data", "file", "generators", "key", "kind", "loads", "new", "old", "relay", "server-binary",
        "worker",
    ]

    let verb: String
    private var values: [String: String] = [:]

    init(_ words: some Sequence<String>) throws(BenchError) {
        var rest = Array(words)[...]
        var verb = ""
        if let first = rest.first, !first.hasPrefix("-") { verb = rest.removeFirst() }
        while let word = rest.popFirst() {
            guard word.hasPrefix("--") else { throw .usage("“\(word)” is no option. See --help.") }
            let halves = word.dropFirst(2).split(separator: "=", maxSplits: 1).map(String.init)
            guard let name = halves.first else { throw .usage("“\(word)” is no option. See --help.") }
            if Self.switches.contains(name) {
                values[name] = "1"
            } else if !Self.numbers.contains(name), !Self.texts.contains(name) {
                throw .usage("there is no option --\(name). See --help.")
            } else if let value = halves.count == 2 ? halves[1] : rest.popFirst() {
                let isNumber = name == "seconds" ? Double(value) != nil : Int(value).map { $0 >= 0 } == true
                guard Self.texts.contains(name) || isNumber else {
                    throw .usage("--\(name) needs a number, and not “\(value)”.")
                }
                values[name] = value
            } else {
                throw .usage("--\(name) needs a value. See --help.")
            }
        }
        self.verb = verb
    }

    subscript(name: String) -> String? { values[name] }

    func has(_ name: String) -> Bool { values[name] != nil }

    func number(_ name: String, default value: Int) -> Int { values[name].flatMap { Int($0) } ?? value }
}
