import Crypto
import Glibc
import TestKit
import Testing
import Transport
import Wire

@testable import Client

/// A server in a test's own hands: registers and logs in whoever asks, and says what the test wants it to say.
/// State is behind one lock, which is why it is `Sendable`.
final class ScriptedServer: @unchecked Sendable {
    /// Which shard it says it is.
    static let shard = Shard.ofTests

    struct State {
        /// The access tokens that are taken.
        var goodTokens: Set<String> = []
        var tokenCount = 0
        var serverName = "localhost"
        var serverKey = [UInt8](repeating: 5, count: 32)
        var refusesRefresh = false
        var calls: [String] = []
        /// What each socket says, oldest first; after the last one nobody answers.
        var sockets: [[ServerFrame]] = []
        /// How each socket is closed after the last one; where nothing is said it stays open.
        var closeCode: UInt16?
        /// What comes on each socket after its first frame, whatever it is.
        var strangeMessages: [[UInt8]] = []
        /// What the logs of conversations hold.
        var logs: [ConversationID: [LogEntry]] = [:]
        /// The same of conversations that are listed, and not to be had.
        var hiddenLogs: [ConversationID: [LogEntry]] = [:]
        /// What it says of a path besides, where it says something.
        var answers: @Sendable (_ path: String) -> (any WireRecord)? = { _ in nil }
        /// So many times a log is not to be had.
        var logRefusals = 0
        /// What was said to the sockets.
        var frames: [ClientFrame] = []
        var cutCount = 0
        var waits: [UInt64] = []
        /// So often it is out of reach after its script; then it does not answer any more.
        var refusalsLeft = 100
        /// Whoever sleeps does not wake: what is done by the clock is not done.
        var isTimeStill = false
        /// The same of whoever sleeps long, such as the heartbeat: a connection lasts as long as its test.
        var isHeartStill = false
        /// It takes requests, and answers none.
        var isSilent = false
        /// Requests whose path begins so are not answered either.
        var silentPath: String?
        /// Requests whose path begins so get no answer in time.
        var latePath: String?
    }

    /// What it says of all that is in no script.
    static let absence = "Not in this script."

    private var state = State()
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    init() {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Reads or writes the script.
    func with<Value>(_ body: (inout State) -> Value) -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// A registered client over this server.
    /// - Parameter disk: where it keeps what it knows.
    func client(on disk: StoreCase? = nil) async throws -> Account {
        let configuration = SottoConfiguration(folder: "", server: ServerAddress("http://127.0.0.1:1"))
        let client = Account(
            owner: AccountOwner(
                store: try (try disk ?? StoreCase()).open(), server: configuration.server, network: network,
                anonymousNetwork: network, configuration: configuration, surroundings: surroundings))
        try await client.register(handle: try #require(Handle(text: "alice")))
        return client
    }

    /// The clock stands still, and whoever sleeps wakes at once, or never.
    private var surroundings: Surroundings {
        Surroundings(
            now: { Timestamp(milliseconds: 1_700_000_000_000) },
            sleep: { [self] (milliseconds) in
                let isTimeStill = with { (state) in
                    state.waits.append(milliseconds)
                    return state.isTimeStill || state.isHeartStill && milliseconds >= 5_000
                }
                if isTimeStill { for await _ in AsyncStream<Never>.makeStream().stream {} }
                await Task.yield()
                try Task.checkCancellation()
            },
            chance: { 0 })
    }

    private var network: Network {
        Network(
            exchange: { [self] (request) async throws(TransportError) in
                let answer = answer(request)
                let isSilent = with { (state) in
                    state.isSilent || state.silentPath.map { request.path.hasPrefix($0) } ?? false
                }
                if isSilent { for await _ in AsyncStream<Never>.makeStream().stream {} }
                if with({ $0.latePath.map { request.path.hasPrefix($0) } ?? false }) { throw .timedOut }
                return answer
            },
            openLine: { [self] (_, _) async throws(TransportError) in
                // Whose clock wakes it at once would ask for ever, and flood whoever listens with that.
                let isOver = with { (state) in
                    if state.sockets.isEmpty { state.refusalsLeft -= 1 }
                    return state.refusalsLeft < 0
                }
                if isOver { for await _ in AsyncStream<Never>.makeStream().stream {} }
                return try openLine()
            },
            close: {})
    }

    func mint() -> TokenPair {
        with { (state) in
            state.tokenCount += 1
            let digits = String(state.tokenCount)
            let access = String(repeating: "a", count: 43 - digits.count) + digits
            state.goodTokens.insert(access)
            return TokenPair(
                accessToken: access, accessExpiresAt: Timestamp(milliseconds: 1_700_000_900_000),
                refreshToken: String(repeating: "r", count: 43 - digits.count) + digits,
                refreshExpiresAt: Timestamp(milliseconds: 1_800_000_000_000))
        }
    }

    private func answer(_ request: Network.Request) -> Network.Answer {
        with { $0.calls.append("\(request.method) \(request.path)") }
        let reply: any WireRecord = record(for: request)
        let isProblem = reply is Problem
        let status = (reply as? Problem)?.code.status ?? 200
        return Network.Answer(
            status: isProblem ? status : 200, mediaType: "application/cbor", body: reply.encoded(as: .cbor))
    }

    private func record(for request: Network.Request) -> any WireRecord {
        let context = WireContext(form: .cbor, refusesUnknownFields: true)
        switch request.path {
        case "/.well-known/sotto":
            return with {
                ServerCard(
                    serverName: $0.serverName, serverKey: $0.serverKey, incarnation: .sample,
                    shard: Self.shard, registration: "open")
            }
        case "/v1/accounts":
            guard let asked = try? RegistrationRequest.decode(request.body, in: context) else { break }
            return Registered(account: asked.account, device: DeviceID(1), tokens: mint())
        case "/v1/auth/challenge":
            return Challenge(
                challenge: RandomBytes.make(byteCount: 32), serverName: with { $0.serverName },
                expiresAt: Timestamp(milliseconds: 1_700_000_060_000))
        case "/v1/auth/token":
            let isRefresh = (try? TokenRequest.decode(request.body, in: context))?.refreshToken != nil
            if isRefresh, with({ $0.refusesRefresh }) { return Problem(.unauthenticated, "Used.") }
            return mint()
        default:
            let token = request.headers.first { $0.0 == "Authorization" }?.1.dropFirst("Bearer ".count) ?? ""
            guard with({ $0.goodTokens.contains(String(token)) }) else {
                return Problem(.unauthenticated, "Log in.")
            }
            if let answer = with({ $0.answers })(request.path) { return answer }
            if request.path == "/v1/keys" {
                return PreKeyCounts(
                    oneTimePreKeys: 100, kemOneTimePreKeys: 100,
                    signedPreKeyCreatedAt: Timestamp(milliseconds: 1_700_000_000_000), hasLastResortPreKey: true,
                    hasKEMLastResortPreKey: true)
            }
            if let page = page(request.path) { return page }
            if request.path == "/v1/devices" { return DeviceViews(items: [], nextDevice: DeviceID(2)) }
        }
        return Problem(.notFound, Self.absence)
    }

    /// Conversations and their logs; two entries a page.
    private func page(_ path: String) -> (any WireRecord)? {
        with { (state) in
            if path.hasPrefix("/v1/conversations?") {
                let known = state.logs.merging(state.hiddenLogs) { (log, _) in log }
                let views = known.map { Self.view($0.key, $0.value) }
                return Page(items: views.sorted { "\($0.conversation)" < "\($1.conversation)" }, next: nil)
            }
            let named = state.logs.first { path == "/v1/conversations/\($0.key)" }
            if let named { return Self.view(named.key, named.value) }
            let log = state.logs.first { path.hasPrefix("/v1/conversations/\($0.key)/messages?") }?.value
            guard let log else { return nil }
            if state.logRefusals > 0 {
                state.logRefusals -= 1
                return Problem(.overloaded, "Later.")
            }
            return Self.page(of: log, path)
        }
    }

    private static func view(_ id: ConversationID, _ log: [LogEntry]) -> ConversationView {
        var view = ConversationView.sample
        view.conversation = id
        view.mode = .open
        view.head = log.last?.seq ?? SequenceNumber(0)
        return view
    }

    private static func page(of log: [LogEntry], _ path: String) -> LogPage {
        let query = Dictionary(
            uniqueKeysWithValues: path.split(separator: "?")[1].split(separator: "&").map { (part) in
                (String(part.split(separator: "=")[0]), UInt64(part.split(separator: "=")[1]) ?? 0)
            })
        let head = log.last?.seq ?? SequenceNumber(0)
        let count = Int(min(query["limit"] ?? 2, 2))
        if let after = query["after"] {
            let items = Array(log.filter { $0.seq.rawValue > after }.prefix(count))
            return LogPage(items: items, head: head, next: items.last.flatMap { $0.seq < head ? $0.seq : nil })
        }
        let items = Array(log.filter { $0.seq.rawValue < query["before"] ?? .max }.suffix(count))
        return LogPage(items: items, head: head, next: items.first.flatMap { $0.seq.rawValue > 1 ? $0.seq : nil })
    }

    private func openLine() throws(TransportError) -> SocketLine {
        let frames = with { $0.sockets.isEmpty ? nil : $0.sockets.removeFirst() }
        guard let frames else { throw .cannotConnect }
        let (incoming, continuation) = AsyncStream<SocketLine.Incoming>.makeStream()
        for (index, frame) in frames.enumerated() {
            continuation.yield(.message(frame.encoded(as: .cbor)))
            if index == 0 { for message in with({ $0.strangeMessages }) { continuation.yield(.message(message)) } }
        }
        if let code = with({ $0.closeCode }) {
            continuation.yield(.closed(code: code))
            continuation.finish()
        }
        let end: @Sendable () -> Void = {
            continuation.yield(.closed(code: 1000))
            continuation.finish()
        }
        return SocketLine(
            incoming: incoming, taken: { _ in },
            send: { [self] (bytes) in
                let context = WireContext(form: .cbor, refusesUnknownFields: true)
                guard let frame = try? ClientFrame.decode(bytes, in: context) else { return }
                with { $0.frames.append(frame) }
            },
            close: end, gone: {},
            cut: { [self] in
                with { $0.cutCount += 1 }
                end()
            })
    }
}
