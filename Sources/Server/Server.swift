import Chat
import Keys
public import Store
import Transport
public import Wire

/// A running server: everything wired together, in this one file.
///
/// ```
///  Listener ─▶ HTTPFront ─▶ Router ─▶ Route ─▶ Chat.commit / Chat.look ─▶ Store
///                 └─▶ SocketFront ─▶ Session ───────┘                       │ after each batch
///                                       ▲                                   ▼
///                                     Desk (one per loop) ◀──────────── Switchboard
/// ```
public final class Server: Sendable {
    /// Opens the store; the closure it is given must be called after every batch of commits.
    public typealias StoreOpener = @Sendable (_ afterBatch: @escaping @Sendable () -> Void) throws -> Store

    /// Opens the place for files; asked after the store, which sees to it that the folder is this process's alone.
    public typealias BlobsOpener = @Sendable () throws -> BlobStore

    private let group: EventLoopGroup
    private let listener: Listener
    private let admin: Listener
    private let certificate: Certificate?
    private let desks: [Desk]
    private let services: Services
    private let sweepers: [Sweeper]
    private let workers: MediaWorkers?

    /// The port clients connect to.
    public var port: UInt16 { listener.port }
    public var adminPort: UInt16 { admin.port }

    /// Starts everything, and serves at last. When one thing fails, all that was opened before it is closed again.
    ///
    /// A store that is there is locked first, so that a second server of its folder hears of that and not of a port.
    /// Where there is none the addresses are taken first: a start that they fail leaves no store behind.
    /// - Throws: what an opener throws; ``SecretFileError``; `Problem` when the store cannot say which key the server
    ///   signs with; ``StartError`` when a port or certificate cannot be used.
    public init(
        _ configuration: ServerConfiguration, clock: @escaping @Sendable () -> Timestamp, openStore: StoreOpener,
        openBlobs: BlobsOpener
    ) async throws {
        let group = EventLoopGroup(count: configuration.loopCount)
        let desks = group.loops.enumerated().map { Desk(loop: $1, loopIndex: $0) }
        let switchboard = Switchboard<SocketSession>(loopCount: desks.count) { (loopIndex, batch) in
            let desk = desks[loopIndex]
            desk.loop.execute { desk.assumeIsolated { $0.dispatch(batch.dispatches) } }
        }
        let workers = MediaWorkers(configuration)
        let status: @Sendable () -> StoreStatus
        var opened = Opened()
        opened.add { group.shutdown() }
        do {
            let early = Store.isFounded(in: configuration.dataFolder) ? nil : try Entrances(configuration, on: group)
            if let early { opened.add { await early.close() } }
            let store = try openStore { switchboard.flush() }
            opened.add { await store.close() }
            status = { store.status() }
            try await store.requireMedia(in: configuration.mediaFolder)
            let chat = ChatEngine(
                store: store, clock: clock, bounds: configuration.accounts,
                passOn: { switchboard.pass($0) }, isFull: { switchboard.isFull }, perform: { switchboard.perform($0) })
            let media = MediaHouse(
                chat: chat, blobs: try openBlobs(), bounds: configuration.media,
                processor: workers.map { MediaProcessor.processor(by: $0) })
            opened.add { await media.files.close() }
            opened.add { await workers?.shutdown() }
            services = try await Self.services(
                configuration, chat, media, try SecretFile.open(in: configuration.dataFolder))
            for desk in desks { await desk.start(chat: chat, metrics: services.metrics) }
            opened.add { for desk in desks { await desk.stop() } }
            let router = Router(routes: Route.all, services: services)
            let front = HTTPFront(
                router: router, services: services,
                sockets: SocketFront(router: router, services: services, switchboard: switchboard, desks: desks))
            let entrances = try early ?? Entrances(configuration, on: group)
            // Alone: the operator's listener holds what answers there, and so would hold itself.
            let (clients, answers) = (entrances.clients, services.answers)
            let gauges: @Sendable () -> [(name: String, help: String, value: UInt64)] = {
                Self.gauges(of: clients, answers, store, switchboard) + Self.gauges(of: media, workers)
            }
            let adminRouter = Router(routes: AdminRoutes.all(gauges: gauges), services: services)
            clients.serve(front.handler)
            entrances.admin.serve(HTTPFront(router: adminRouter, services: services, sockets: nil).handler)
            (listener, admin, certificate) = (clients, entrances.admin, entrances.certificate)
            (self.group, self.desks, self.workers) = (group, desks, workers)
        } catch {
            await opened.close()
            throw error
        }
        if let absence = workers?.absence { services.log.note(absence) }
        services.chat.store.watchDisk { [log = services.log] in log.note($0) }
        sweepers = Self.sweepers(on: group.loops[0], services, status)
        for sweeper in sweepers { await sweeper.start() }
    }

    /// What routes and sockets work with, over a store that holds what it must.
    static func services(
        _ configuration: ServerConfiguration, _ chat: ChatEngine, _ media: MediaHouse, _ secret: borrowing ServerSecret
    ) async throws(Problem) -> Services {
        Services(configuration, chat, media, try await prepare(chat), secret)
    }

    /// What is done again and again.
    private static func sweepers(
        on loop: EventLoop, _ services: Services, _ status: @escaping @Sendable () -> StoreStatus
    ) -> [Sweeper] {
        let (chat, media, log) = (services.chat, services.media, services.log)
        let janitor = Janitor(chat: chat, log: log, status: status)
        let messages = MessageSweeper(chat: chat, media: media, log: log)
        let ended = MediaSweeper(chat: chat, media: media, log: log)
        return [
            Sweeper(on: loop, every: Janitor.interval) { await janitor.sweep() },
            Sweeper(on: loop, every: MessageSweeper.interval) { await messages.sweep() },
            Sweeper(on: loop, every: MediaSweeper.interval) { await ended.sweep() },
        ]
    }

    /// What the store must hold before anyone is served: the server's keys, and every list in the key log.
    private static func prepare(_ chat: ChatEngine) async throws(Problem) -> KeptSecrets {
        try await chat.commit { (turn) throws(Problem) in try turn.completeFounding() }
        var last: AccountID?
        repeat {
            let page = last
            last = try await chat.commit { (turn) throws(Problem) in try turn.adoptIntoKeyLog(after: page) }
        } while last != nil
        return try await chat.look { (look) throws(Problem) in
            KeptSecrets(
                signingKey: try look.serverSigningKey(), franking: try look.frankingSecrets(),
                incarnation: try look.tables.incarnation().id)
        }
    }

    private static func gauges(
        of listener: Listener, _ answers: AnswerRoom, _ store: Store, _ switchboard: Switchboard<SocketSession>
    ) -> [(name: String, help: String, value: UInt64)] {
        let totals = listener.totals
        let waiting = UInt64(totals.held + answers.byteCount)
        let status = store.status()
        return [
            ("sotto_connections_open", "Connections of clients.", UInt64(totals.open)),
            ("sotto_sockets_open", "WebSockets of clients.", UInt64(totals.webSockets)),
            ("sotto_devices_connected", "Devices that said hello and are here.", UInt64(switchboard.lineCount)),
            ("sotto_bytes_received", "Bytes from clients since the start.", UInt64(totals.bytesIn)),
            ("sotto_bytes_sent", "Bytes to clients since the start.", UInt64(totals.bytesOut)),
            ("sotto_waiting_bytes", "Bytes in memory that wait for clients.", waiting),
            ("sotto_waiting_cuts", "Connections cut because too many bytes waited.", UInt64(totals.heldCuts)),
            ("sotto_store_commits", "Batches committed since the start.", status.commits),
            ("sotto_store_commands", "Commands committed since the start.", status.commands),
            ("sotto_store_queued_commands", "Commands that wait for the writer.", status.queuedCommands),
            ("sotto_store_rows", "Rows of the log.", status.storedRows),
            ("sotto_store_damaged_rows", "Rows that failed their digest and were not served.", status.damagedRows),
            ("sotto_store_checks", "Checks of the whole store that came to their end.", status.checks),
            ("sotto_store_findings", "What the last check of the whole store found wrong.", status.findingCount),
            ("sotto_store_refuses_writes", "1 while the store takes no writes.", status.refusesWrites == nil ? 0 : 1),
            ("sotto_store_refused_batches", "Batches that were not written since the start.", status.refusedBatches),
            ("sotto_disk_free_bytes", "Free on the disk of the store.", status.disk?.freeByteCount ?? 0),
            ("sotto_disk_floor_bytes", "What is to stay free of it.", status.disk?.floorByteCount ?? 0),
            (
                "sotto_disk_refuses", "What it has no room for: 0 nothing, 1 files, 2 and open posts, 3 and messages.",
                UInt64(status.disk?.refused.map { $0.rawValue + 1 } ?? 0)
            ),
            ("sotto_disk_reserve", "1 while space is kept for a full disk.", status.disk?.hasReserve == true ? 1 : 0),
        ]
    }

    private static func gauges(
        of media: MediaHouse, _ workers: MediaWorkers?
    ) -> [(name: String, help: String, value: UInt64)] {
        let status = media.files.status
        return [
            ("sotto_media_stored", "Files that became complete since the start.", status.storedBlobs),
            ("sotto_media_reread_bytes", "Bytes of unfinished uploads read again.", status.rereadBytes),
            ("sotto_media_damaged_pieces", "Reads of files that did not fit their digests.", status.damagedPieces),
            ("sotto_thumbnail_jobs", "Open media handed to a worker since the start.", workers?.jobCount ?? 0),
            ("sotto_media_queued_jobs", "Work on files that waits for a thread.", status.queuedJobs),
        ]
    }

    /// Reads the certificate and its key again, as after a renewal: connections that come from now on get the new one,
    /// and running ones go on. One that cannot be used changes nothing. Says in the log what became of it.
    ///
    /// Reads files: not for a loop.
    public func reloadCertificate() {
        guard let certificate else { return services.log.info("certificate.none") }
        do throws(StartError) {
            try certificate.reload()
            services.log.info("certificate.reloaded")
        } catch {
            services.log.error("certificate.refused", [("reason", .text("\(error)"))])
        }
    }

    /// Ends in order: no more connections, goaway to every socket, running requests finish, acknowledgements are
    /// written down, the store commits and closes.
    public func shutdown() async {
        services.log.info("server.stopping")
        let desks = desks
        let cutCount = await listener.shutdown(within: .seconds(5)) { (socket) in
            guard let desk = desks.first(where: { $0.loop === socket.loop }) else { return }
            desk.assumeIsolated { $0.leave(by: socket) }
        }
        if cutCount > 0 { services.log.warning("server.cut", [("connections", .number(UInt64(cutCount)))]) }
        await admin.shutdown(within: .seconds(1))
        for sweeper in sweepers { await sweeper.stop() }
        for desk in desks { await desk.stop() }
        await workers?.shutdown()
        await services.media.files.close()
        await services.chat.store.close()
        group.shutdown()
        services.log.info("server.stopped")
    }
}

extension HTTPFront {
    /// What the transport needs to know of us, with refusals of its own as problems.
    var handler: Handler {
        var handler = Handler(
            request: { (exchange) in handle(exchange) },
            refusal: { (status) in
                let code: ProblemCode =
                    switch status {
                    case 408: .requestTimeout
                    case 413: .bodyTooLarge
                    case 431: .headTooLarge
                    default: .malformed
                    }
                let problem = Problem(code, Self.detail(ofRefusal: status), status: status)
                return ([("Content-Type", "application/problem+json")], problem.encoded(as: .json))
            })
        // The operator's listener keeps an account of its own.
        if sockets != nil { handler.crowded = { [answers = services.answers] in answers.setCrowded($0) } }
        return handler
    }

    /// What was wrong with a request that the transport refuses.
    private static func detail(ofRefusal status: Int) -> String {
        let limits = ConnectionLimits()
        return switch status {
        case 408: "The request did not arrive in time."
        case 431:
            "The request line and the header fields have more than \(limits.headByteCountMax) bytes together, "
                + "or there are more than \(limits.headerFieldCountMax) fields."
        case 501: "This method or transfer coding is not spoken here."
        case 505: "This version of HTTP is not spoken here: use HTTP/1.1."
        default: "The request could not be read as HTTP/1.1."
        }
    }
}
