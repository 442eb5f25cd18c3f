import Foundation
import Testing
import Wire

@testable import sotto_bench

/// Mirrors `RelayVerb`, `ServerProgram`, `TLSSocket` and `Certificate`.
@Suite("The bare relay, which is only worth something as a ceiling if it keeps the rule")
struct RelayTests {
    @Test("what is accepted or delivered was synced before", arguments: ServerProgram.RelayStore.allCases)
    func syncs(store: ServerProgram.RelayStore) throws {
        let folder = try TemporaryFolder(in: NSTemporaryDirectory())
        defer { folder.remove() }
        let trace = "\(folder.path)/trace"
        let strace = ["strace", "-D", "-f", "-s", "64", "-e", "trace=pwrite64,fdatasync,sendto", "-o", trace]
        let relay = try TestRelay(store, in: folder, prefix: strace)
        let talk = try Talk(with: relay.server, pairCount: 3)
        for count in 1...20 as ClosedRange<UInt64> {
            for lane in 0..<3 { talk.send(count, lane: lane) }
            try talk.wait { talk.delivered.allSatisfy { $0.count == Int(count) } }
        }
        relay.server.stop()
        // The tracer ends after what it traces.
        let deadline = Monotonic.now() + 10_000_000_000
        while !TextFile.read(trace).contains("+++ exited"), Monotonic.now() < deadline {
            Monotonic.sleep(nanoseconds: 5_000_000)
        }
        let groups = try #require(SyncTrace(TextFile.read(trace)).answeredGroups)
        #expect(groups.answers == 120)
        // One at a time of three senders: one to three messages a group.
        #expect((20...60).contains(groups.count))
    }

    @Test("the trace of a server that answers first is found out", arguments: [
        ["pwrite64(5, \"x\", 1, 0) = 1", "sendto(7, \"..accepted..\", 9, 0) = 9", "fdatasync(5) = 0"],
        ["pwrite64(5, \"x\", 1, 0) = 1", "fdatasync(5) = -1 EIO", "sendto(7, \"..accepted..\", 9, 0) = 9"],
        ["sendto(7, \"..envelope..\", 9, 0) = 9"],
        ["fdatasync(5) = 0", "pwrite64(5, \"x\", 1, 0) = 1", "sendto(7, \"..envelope..\", 9, 0) = 9"],
        [
            "pwrite64(5, \"x\", 1, 0) = 1", "fdatasync(5) = 0", "sendto(7, \"HTTP/1.1 101 ..\", 9, 0) = 9",
            "sendto(7, \"..accepted..\", 9, 0) = 9",
        ],
    ])
    func early(lines: [String]) {
        #expect(SyncTrace(lines.joined(separator: "\n")).answeredGroups == nil)
    }

    @Test("its frames are those of the protocol", arguments: ServerProgram.RelayStore.allCases)
    func frames(store: ServerProgram.RelayStore) throws {
        let folder = try TemporaryFolder(in: NSTemporaryDirectory())
        defer { folder.remove() }
        let relay = try TestRelay(store, in: folder)
        let talk = try Talk(with: relay.server, pairCount: 1)
        talk.send(1, lane: 0)
        try talk.wait { !talk.accepted.isEmpty && !talk.delivered[0].isEmpty }
        let accepted = try #require(talk.accepted.first)
        let envelope = try #require(talk.delivered[0].first)
        #expect(envelope.id == accepted.id && envelope.time == accepted.time && envelope.kind == .message)
        #expect(envelope.conversation == accepted.conversation && envelope.seq == accepted.seq)
        #expect(envelope.sender?.account == talk.senders[0].id && envelope.number == QueueNumber(1))
        #expect(envelope.body.count == 500 && envelope.body.starts(with: Array("0000000000000001".utf8)))
    }

    @Test("what waits comes once, in order, and not again once it was acknowledged",
        arguments: ServerProgram.RelayStore.allCases)
    func waiting(store: ServerProgram.RelayStore) throws {
        let folder = try TemporaryFolder(in: NSTemporaryDirectory())
        defer { folder.remove() }
        let relay = try TestRelay(store, in: folder)
        let first = try Talk(with: relay.server, pairCount: 1, isRecipientThere: false)
        for count in 1...300 as ClosedRange<UInt64> { first.send(count, lane: 0) }
        try first.wait { first.accepted.count == 300 }
        for (through, waits) in [(120, 1...300), (301, 121...301)] as [(UInt64, ClosedRange<UInt64>)] {
            let again = try Talk(with: relay.server, of: first)
            try again.wait { again.emptied.count == 2 }
            #expect(again.delivered[0].map(\.number) == waits.map { QueueNumber($0) })
            try again.acknowledgeAndSend(through)
        }
        let last = try Talk(with: relay.server, of: first)
        try last.wait { last.emptied.count == 2 }
        #expect(last.delivered[0].map(\.number) == [QueueNumber(302)])
    }

    @Test("TLS carries the same, and another server's certificate is refused")
    func secure() throws {
        let folder = try TemporaryFolder(in: NSTemporaryDirectory())
        let other = try TemporaryFolder(in: NSTemporaryDirectory())
        defer {
            folder.remove()
            other.remove()
        }
        let relay = try TestRelay(.log, in: folder, certificate: try BenchCertificate(in: folder.path))
        let talk = try Talk(with: relay.server, pairCount: 2)
        for count in 1...50 as ClosedRange<UInt64> { for lane in 0..<2 { talk.send(count, lane: lane) } }
        try talk.wait { talk.delivered.allSatisfy { $0.count == 50 } }
        let wrong = BenchServerAddress(port: relay.server.port, certificate: try BenchCertificate(in: other.path))
        #expect(throws: BenchError.self) { try LoadSocket(wrong, token: talk.senders[0].accessToken) }
    }
}

/// A relay that ends with the test.
private struct TestRelay {
    let server: ServerProcess

    init(
        _ store: ServerProgram.RelayStore, in folder: TemporaryFolder, prefix: [String] = [],
        certificate: BenchCertificate? = nil
    ) throws {
        let path = "\(folder.path)/relay"
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Benchmarks/relay")
        let files = try FileManager.default.contentsOfDirectory(atPath: sources.path)
            .filter { $0.hasSuffix(".c") }.map { "\(sources.path)/\($0)" }
        let words = ["gcc", "-std=gnu11", "-D_GNU_SOURCE", "-O1", "-Wall", "-Wextra", "-Werror", "-o", path]
        _ = try ChildProgram.output(of: words + files + ["-lsqlite3", "-lssl", "-lcrypto"], secondsMax: 120)
        server = try ServerProcess(
            .relay(path, store), dataFolder: "\(folder.path)/data", prefix: prefix, certificate: certificate)
        try server.waitUntilReady()
    }
}

/// Pairs that speak through a relay, with every frame read in full.
private final class Talk: LoadHandler {
    let senders: [BenchAccount]
    let recipients: [BenchAccount]
    private let templates: [FrameTemplate]
    private let loop: LoadLoop
    private(set) var accepted: [Accepted] = []
    private(set) var delivered: [[Envelope]]
    private(set) var emptied: [QueueNumber] = []

    init(with server: ServerProcess, pairCount: Int, isRecipientThere: Bool = true) throws {
        senders = try (0..<pairCount).map { _ in try BenchAccount.unregistered() }
        recipients = try (0..<pairCount).map { _ in try BenchAccount.unregistered() }
        templates = try recipients.map { try FrameTemplate(to: $0, bodyByteCount: 500) }
        delivered = Array(repeating: [], count: pairCount)
        let there = senders + (isRecipientThere ? recipients : [])
        loop = LoadLoop(try LoadLoop.open(server.address, tokens: there.map(\.accessToken)))
        try wait { emptied.count == there.count }
    }

    /// The same accounts on new sockets.
    init(with server: ServerProcess, of other: Talk) throws {
        (senders, recipients, templates) = (other.senders, other.recipients, other.templates)
        delivered = Array(repeating: [], count: senders.count)
        loop = LoadLoop(try LoadLoop.open(server.address, tokens: (senders + recipients).map(\.accessToken)))
    }

    func send(_ count: UInt64, lane: Int) { templates[lane].append(count, to: &loop.sockets[lane].outbox) }

    /// Acknowledges for the first recipient, which leaves the store with the next message, and sends that.
    func acknowledgeAndSend(_ through: UInt64) throws {
        let socket = loop.sockets[senders.count]
        BenchAcknowledgement.append(through: through, to: &socket.outbox)
        try socket.flush()
        send(1, lane: 0)
        try wait { accepted.count == 1 }
    }

    func wait(until isDone: () -> Bool) throws {
        let isOver = try loop.run(self, until: Monotonic.now() + 30_000_000_000, isDone: isDone)
        guard isOver else { throw BenchError.broken("what was waited for did not come") }
    }

    func received(_ frame: UnsafeRawBufferPointer, on socket: LoadSocket, at time: UInt64) throws(BenchError) {
        let context = WireContext(form: .cbor, refusesUnknownFields: true)
        guard let read = try? ServerFrame.decode(Array(frame), in: context) else { throw .broken("no frame of ours") }
        switch read {
        case .accepted(let record): accepted.append(record)
        case .envelope(let record): delivered[socket.index - senders.count].append(record)
        case .queueEmpty(let record): emptied.append(record.through)
        default: break
        }
    }

    func readEnded(on socket: LoadSocket, at time: UInt64) throws(BenchError) {}
    func turn(at time: UInt64) throws(BenchError) -> UInt64 { .max }
}

/// What a server wrote, synced and said, by strace.
private struct SyncTrace {
    private let lines: [Substring]

    init(_ text: String) { lines = text.split(separator: "\n") }

    /// The answers, and the groups between which something was written and synced; `nil` when a frame left while
    /// something was written and not yet synced, or before anything was.
    var answeredGroups: (count: Int, answers: Int)? {
        var (isWritten, isSynced, hasAnswered) = (false, false, false)
        var (count, answers) = (0, 0)
        for line in lines {
            if line.contains("pwrite64(") {
                (isWritten, isSynced, hasAnswered) = (true, false, false)
            } else if line.contains("fdatasync("), line.hasSuffix(" = 0") {
                isSynced = isWritten
            } else if line.contains("sendto(") {
                // What was synced before anybody was there was no message.
                if line.contains("HTTP/1.1") { (isWritten, isSynced) = (false, false) }
                let frames = Self.occurrences(of: "accepted", in: line) + Self.occurrences(of: "envelope", in: line)
                guard frames > 0 else { continue }
                guard isSynced else { return nil }
                if !hasAnswered { count += 1 }
                hasAnswered = true
                answers += frames
            }
        }
        return (count, answers)
    }

    private static func occurrences(of word: String, in line: Substring) -> Int {
        line.components(separatedBy: word).count - 1
    }
}
