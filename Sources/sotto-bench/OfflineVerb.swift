import Transport

/// `offline`: a device that was away connects and fetches what waited for it, again and again; it acknowledges at
/// the end only, so that every round finds the same.
enum OfflineVerb {
    static func measure(_ rig: Rig) async throws -> Measurement {
        let count = rig.arguments.number("messages", default: 1000)
        return try await rig.withServer { (server) in
            let pairs = try await Pairs(1, on: server, rig.loop)
            try Backlog.fill(pairs, on: server, messagesEach: count)
            var whole = Histogram()
            var fromHello = Histogram()
            let cpu = ServerFigures.cpu(of: server.pid)
            let rounds = rig.isQuick ? 50 : 200
            for round in 0..<rounds {
                let load = FetchLoad(count: UInt64(count))
                let start = Monotonic.now()
                let loop = LoadLoop(
                    try LoadLoop.open(server.address, tokens: pairs.recipients.map(\.accessToken)))
                let isDone = try loop.run(load, until: start + 10_000_000_000) { load.isDone }
                guard isDone else { throw BenchError.broken("only \(load.number) of \(count) messages came") }
                whole.add(load.doneAt - start)
                fromHello.add(load.doneAt - load.helloAt)
                if round == rounds - 1 { try load.acknowledge(on: loop.sockets[0]) }
            }
            let serverCPU = Double(ServerFigures.cpu(of: server.pid) - cpu) / 1000 / Double(rounds * count)
            let each = whole.microseconds(at: 0.5) / Double(count)
            return Measurement(
                verb: "offline",
                title: "offline: \(count) messages of \(Rig.bodyByteCount) B to a device that reconnects",
                figures: [
                    Figure(
                        "fetchP50", "from connect to the last message, p50", whole.microseconds(at: 0.5) / 1000, "ms",
                        target: .atMost(5)),
                    Figure(
                        "fetchP99", "from connect to the last message, p99", whole.microseconds(at: 0.99) / 1000, "ms"),
                    Figure(
                        "helloP50", "from hello to the last message, p50", fromHello.microseconds(at: 0.5) / 1000,
                        "ms"),
                    Figure(
                        "messagesPerSecond", "messages while fetching, p50", 1e6 / each, "/s",
                        ratio: 1e6 / each / rig.ceiling.recordsPerSecond),
                    Figure("serverCPU", "server CPU a message", serverCPU, "µs"),
                ])
        }
    }
}

/// Takes a queue to its end.
private final class FetchLoad: LoadHandler {
    private let count: UInt64
    private(set) var number: UInt64 = 0
    private(set) var helloAt: UInt64 = 0
    private(set) var doneAt: UInt64 = 0
    var isDone: Bool { number >= count }

    init(count: UInt64) { self.count = count }

    func received(_ frame: UnsafeRawBufferPointer, on socket: LoadSocket, at time: UInt64) throws(BenchError) {
        switch Peek.tag(frame) {
        case .hello: helloAt = time
        case .envelope:
            guard let number = Peek.envelopeNumber(frame), number == self.number + 1,
                Peek.mark(frame, bodyByteCount: Rig.bodyByteCount) == number
            else { throw .broken("another envelope than \(self.number + 1)") }
            self.number = number
        default: try Peek.other(frame)
        }
    }

    func readEnded(on socket: LoadSocket, at time: UInt64) throws(BenchError) {
        if isDone, doneAt == 0 { doneAt = Monotonic.now() }
    }

    func turn(at time: UInt64) throws(BenchError) -> UInt64 { .max }

    func acknowledge(on socket: LoadSocket) throws(BenchError) {
        BenchAcknowledgement.append(through: number, to: &socket.outbox)
        try socket.flush()
    }
}

/// Messages to devices that are not there.
enum Backlog {
    static func fill(_ pairs: Pairs, on server: ServerProcess, messagesEach: Int) throws(BenchError) {
        let load = try PairLoad(
            to: pairs.recipients, bodyByteCount: Rig.bodyByteCount, pace: .window(64), hasRecipients: false,
            messagesMax: UInt64(messagesEach))
        let loop = LoadLoop(try LoadLoop.open(server.address, tokens: pairs.senders.map(\.accessToken)))
        try load.start(loop.sockets)
        let isDone = try loop.run(load, until: Monotonic.now() + 600_000_000_000) { load.isFinished }
        guard isDone else { throw .broken("the backlog was not accepted within ten minutes") }
    }
}
