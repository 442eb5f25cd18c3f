/// One load that two programs take in turns: a verb of the generator with its options, and which of its figures count.
struct TurnsLoad {
    /// A figure of the verb, by its key.
    struct Figure {
        let key: String
        let label: String
        let unit: String
        let isBetterWhenHigher: Bool

        init(_ key: String, _ label: String, _ unit: String, isBetterWhenHigher: Bool = false) {
            (self.key, self.label, self.unit) = (key, label, unit)
            self.isBetterWhenHigher = isBetterWhenHigher
        }
    }

    let name: String
    /// Verb and options that older generators know too, so that each program can be driven by its own.
    let words: [String]
    let figures: [Figure]

    /// What matters, in the order in which a turn takes it.
    static let all = [
        TurnsLoad(name: "one-to-one", words: ["one-to-one"], figures: pairFigures),
        TurnsLoad(
            name: "crowd-100", words: ["one-to-one", "--pairs", "100", "--window", "1"], figures: pairFigures),
        TurnsLoad(
            name: "crowd-1000", words: ["one-to-one", "--pairs", "1000", "--window", "1"], figures: pairFigures),
        TurnsLoad(
            name: "group-250", words: ["group", "--members", "250"],
            figures: [
                Figure("deliveriesPerSecond", "deliveries", "/s", isBetterWhenHigher: true),
                Figure("serverCPU", "server CPU a delivery", "µs"),
                Figure("deliverP50", "delivered, p50", "µs"), Figure("deliverP99", "delivered, p99", "µs"),
                Figure("serverResident", "resident at its most", "MB"),
            ]),
        TurnsLoad(
            name: "offline-1000", words: ["offline", "--messages", "1000"],
            figures: [
                Figure("fetchP50", "from connect to the last, p50", "ms"),
                Figure("fetchP99", "from connect to the last, p99", "ms"),
                Figure("serverCPU", "server CPU a message", "µs"),
            ]),
        TurnsLoad(
            name: "latency", words: ["latency"],
            figures: [
                Figure("acceptP50", "accepted, p50", "µs"), Figure("acceptP99", "accepted, p99", "µs"),
                Figure("deliverP50", "delivered, p50", "µs"), Figure("deliverP99", "delivered, p99", "µs"),
            ]),
        TurnsLoad(
            name: "startup", words: ["startup", "--messages", "50000"],
            figures: [
                Figure("empty", "over an empty store", "s"), Figure("full", "over 50,000 messages", "s"),
                Figure("killed", "the same after kill -9", "s"),
                Figure("fullResident", "resident over them", "MB"), Figure("diskBytes", "on disk a message", "B"),
            ]),
    ]

    /// By its name alone, since older generators do not know it.
    private static let client = TurnsLoad(
        name: "client", words: ["client"],
        figures: [
            Figure("sendsPerSecond", "sent and accepted", "/s", isBetterWhenHigher: true),
            Figure("sendCPU", "client's CPU for each", "µs"),
            Figure("receivesPerSecond", "fetched and kept", "/s", isBetterWhenHigher: true),
            Figure("receiveCPU", "client's CPU for each", "µs"),
            Figure("sendSyncs", "syncs a message sent", ""), Figure("receiveSyncs", "syncs a message received", ""),
        ])

    private static let pairFigures = [
        Figure("messagesPerSecond", "accepted and delivered", "/s", isBetterWhenHigher: true),
        Figure("serverCPU", "server CPU a message", "µs"),
        Figure("acceptP50", "accepted, p50", "µs"), Figure("acceptP99", "accepted, p99", "µs"),
        Figure("deliverP50", "delivered, p50", "µs"), Figure("deliverP99", "delivered, p99", "µs"),
        Figure("messagesPerCommit", "messages a commit", "", isBetterWhenHigher: true),
        Figure("serverResident", "resident at its most", "MB"),
    ]

    /// The loads of those names, separated by commas; without names all that every generator knows.
    static func named(_ names: String?) throws(BenchError) -> [TurnsLoad] {
        guard let names else { return all }
        var found: [TurnsLoad] = []
        for name in names.split(separator: ",") {
            guard let load = (all + [client]).first(where: { $0.name == name }) else {
                let known = (all + [client]).map(\.name).joined(separator: ", ")
                throw .usage("there is no load “\(name)”; known are \(known)")
            }
            found.append(load)
        }
        return found
    }
}
