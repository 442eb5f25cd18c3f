/// A verb and its `--name value` pairs.
struct Arguments {
    let verb: String
    private var values: [String: String] = [:]

    init(_ words: some Sequence<String>) {
        var rest = Array(words)
        verb = rest.isEmpty ? "" : rest.removeFirst()
        var index = 0
        while index + 1 < rest.count {
            if rest[index].hasPrefix("--") { values[String(rest[index].dropFirst(2))] = rest[index + 1] }
            index += 2
        }
    }

    subscript(name: String) -> String? { values[name] }

    func number(_ name: String, default value: Int) -> Int { values[name].flatMap { Int($0) } ?? value }
}
