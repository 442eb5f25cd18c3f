import BlobsEngine
import Chat
import Dispatch
import Store
import TestKit
import Transport
import Wire

@testable import Server

/// The rooms of a server on one loop, put together as ``Server`` does, with each of them in reach and a clock that
/// stands still: no bucket refills by itself.
final class PartsHouse: Sendable {
    let services: Services
    let router: Router
    let desk: Desk
    let switchboard: Switchboard<SocketSession>
    let listener: Listener
    private let time: Guarded<Timestamp>
    private let barriers = Guarded<[Barrier]>([])

    var chat: ChatEngine { services.chat }
    var port: UInt16 { listener.port }
    var now: Timestamp { time.withLock { $0 } }

    private init(
        _ services: Services, _ router: Router, _ desk: Desk, _ switchboard: Switchboard<SocketSession>,
        _ listener: Listener, _ time: Guarded<Timestamp>
    ) {
        self.services = services
        self.router = router
        self.desk = desk
        self.switchboard = switchboard
        self.listener = listener
        self.time = time
    }

    /// Stands while `body` runs.
    /// - Parameter silenceMax: by default none that a test meets.
    static func run<R: Sendable>(
        silenceMax: Duration = .seconds(3600), authenticationTimeout: Duration = .seconds(60),
        _ change: (inout ServerConfiguration) -> Void = { (_) in }, _ body: (PartsHouse) async throws -> R
    ) async throws -> R {
        let folder = try TemporaryFolder()
        var configuration = ServerConfiguration()
        configuration.dataFolder = folder.path
        configuration.logLevel = .error
        change(&configuration)
        let group = EventLoopGroup(count: 1)
        defer { group.shutdown() }
        let desk = Desk(loop: group.loops[0], loopIndex: 0, silenceMax: silenceMax)
        let switchboard = Switchboard<SocketSession>(loopCount: 1) { (_, batch) in
            desk.loop.execute { desk.assumeIsolated { $0.dispatch(batch.dispatches) } }
        }
        var settings = StoreConfiguration()
        (settings.readerCount, settings.shard) = (1, .ofTests)
        let store = try Store.open(folder: folder.path, configuration: settings) { switchboard.flush() }
        let time = Guarded(Timestamp(milliseconds: Timestamp.wallClock))
        let chat = ChatEngine(
            store: store, clock: { time.withLock { $0 } }, passOn: { switchboard.pass($0) },
            isFull: { switchboard.isFull }, perform: { switchboard.perform($0) })
        let media = MediaHouse(
            chat: chat, blobs: try DiskBlobs.open(folder: configuration.mediaFolder), bounds: configuration.media,
            processor: nil)
        let services = try await Server.services(
            configuration, chat, media, try SecretFile.open(in: configuration.dataFolder))
        await desk.start(chat: chat, metrics: services.metrics)
        let router = Router(routes: Route.all, services: services)
        var sockets = SocketFront(router: router, services: services, switchboard: switchboard, desks: [desk])
        sockets.authenticationTimeout = authenticationTimeout
        let front = HTTPFront(router: router, services: services, sockets: sockets)
        let listener = try Listener.start(Listener.Configuration(), on: group, handler: front.handler)
        let house = PartsHouse(services, router, desk, switchboard, listener, time)
        let result: Result<R, any Error>
        do { result = .success(try await body(house)) } catch { result = .failure(error) }
        // A test that failed may have left some down.
        for barrier in house.barriers.withLock({ $0 }) { barrier.lift() }
        await listener.shutdown(within: .zero)
        await desk.stop()
        await media.files.close()
        await store.close()
        withExtendedLifetime(folder) {}
        return try result.get()
    }

    // MARK: People

    /// A person with a token, who came in by the router.
    struct Guest: Sendable {
        let person: Person
        let token: String
        var address: DeviceAddress { person.address }
    }

    func guest(_ name: String) async throws -> Guest {
        let person = Person(name, now: now)
        let registered: Registered = try record(
            await ask("POST", "/v1/accounts", body: person.registration()))
        return Guest(person: person, token: registered.tokens.accessToken)
    }

    /// One message to a device, by the verb alone.
    func send(to guest: Guest, by sender: Guest, _ body: [UInt8] = [1]) async throws {
        let request = SendRequest(clientID: .random(), copies: [guest.person.device.copy(body)])
        _ = try await chat.commit { (turn) throws(Problem) in
            try turn.send(request, from: sender.address, to: guest.person.account)
        }
    }

    // MARK: Requests

    /// Asks the router as HTTP does, or as a socket of `device` does.
    func ask(
        _ method: String, _ target: String, token: String? = nil, body: (any WireRecord)? = nil,
        bytes: [UInt8]? = nil, key: String? = nil,
        in form: WireForm = .json, from address: String = "192.0.2.1", socket device: DeviceAddress? = nil,
        hasHungUp: Bool = false
    ) async -> Reply {
        await router.reply(
            to: Request(
                id: "1", method: method, target: target,
                body: (bytes ?? body?.encoded(as: form)).map { .bytes($0, form) } ?? .none,
                authorization: token.map { Array("Bearer \($0)".utf8).withUnsafeBytes(Authorization.init(field:)) },
                socketDevice: device, idempotencyKey: key, remoteAddress: address,
                hasHungUp: { hasHungUp }))
    }

    /// The record of an answer.
    /// - Throws: the problem that it is instead.
    func record<R: WireRecord>(_ reply: Reply, as type: R.Type = R.self) throws -> R {
        guard case .record(let record) = reply.body else { throw Problem(.internalError, "no record") }
        if let problem = record as? Problem { throw problem }
        return try R.decode(record.encoded(as: .cbor), in: WireContext(form: .cbor, refusesUnknownFields: false))
    }

    /// What stands in the queue of a device.
    func queue(of guest: Guest) async throws -> QueueState {
        let device = guest.address
        return try await chat.look { (look) throws(Problem) in try look.tables.queueState(of: device) }
    }

    func socket(_ guest: Guest?, form: WireForm = .cbor) async throws -> FrameSocket {
        try await FrameSocket(port: port, token: guest?.token, form: form)
    }

    // MARK: Holding things up

    /// The store's reader does nothing else until the barrier is lifted.
    func holdReader() -> Barrier {
        let barrier = barrier()
        chat.store.query { (_) in barrier.wait() }
        return barrier
    }

    /// The store commits nothing until the barrier is lifted.
    func holdWriter() -> Barrier {
        let barrier = barrier()
        chat.submit { (_) throws(Problem) in barrier.wait() } done: { (_) in }
        return barrier
    }

    /// The loop does nothing else until the barrier is lifted.
    func holdLoop() -> Barrier {
        let barrier = barrier()
        desk.loop.execute { barrier.wait() }
        return barrier
    }

    private func barrier() -> Barrier {
        let barrier = Barrier()
        barriers.withLock { $0.append(barrier) }
        return barrier
    }

    /// Everything that was committed before has been told to the sessions when this returns.
    func settle() async throws {
        // The sessions are told after a batch, so that the next one has to come first.
        for _ in 0..<2 { try await chat.commit { (turn) throws(Problem) in _ = turn.now } }
        _ = await desk.round
    }
}

/// Holds one thread up until it is lifted.
final class Barrier: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    func wait() { semaphore.wait() }
    func lift() { semaphore.signal() }
}

extension Reply {
    var problem: Problem? { if case .record(let record) = body { record as? Problem } else { nil } }
    func header(_ name: String) -> String? { headers.first { $0.0 == name }?.1 }
}
