import Keys
import Transport
public import Wire

/// One device of one account: keys, sessions, outbox and transcript in a sealed folder, and the way to its server.
///
/// Owns everything it holds; one per folder, in one process. What must survive is committed before it is told to
/// anyone: a session that has moved on, before its ciphertext leaves; a message that came, before it is acknowledged.
///
/// Runs on a thread of its own, which nobody else's work waits for: the store blocks for the disk.
public actor Client {
    private let thread = ClientThread()
    let store: LocalStore
    let server: ServerAddress?
    let network: Network?
    /// A connection of its own, for what must not say who asks.
    let anonymousNetwork: Network?
    let configuration: ClientConfiguration
    let surroundings: Surroundings

    /// Verified lists by account, as they are in the store.
    var lists: [AccountID: VerifiedDeviceList] = [:]
    /// The server's key log, as it is in the store.
    var keyLog: PinnedLog?
    /// Whether it was asked for its key since this client began.
    var isServerKnown = false
    /// A login that is under way, for whoever needs one meanwhile.
    var login: Undertaking<Result<TokenPair, ClientError>>?
    var outboxRun = OutboxRun()
    var fileRun = FileRun()
    /// The downloads that are under way, by their places in the store.
    var downloads: Set<String> = []
    /// Sticker packs that are being made.
    var stickerPacksUnderWay = 0
    var isReplenishing = false
    var backupTurns = Turns()
    /// Who hears of events.
    let listeners = EventListeners()
    /// Listens for all of them.
    var listening: Task<Void, Never>?
    /// Sends what the server has put off, once it is time.
    var resend: Task<Void, Never>?
    /// The same of files.
    var resendFiles: Task<Void, Never>?
    /// When the next line of the transcript disappears.
    var nextExpiry: Timestamp?
    /// Until the next of that, or until the store's log is to be overwritten; and when it ends.
    var timer: (task: Task<Void, Never>, due: Timestamp)?
    /// Looks through the store while nothing else is done.
    var checking: Task<Void, Never>?
    var isClosed = false
    /// What is watched, and by whom.
    let chatSource = Source<[Chat]>()
    let outboxSource = Source<[Line]>()
    let connectionSource = Source<ConnectionState>()
    var timelines: [UInt64: OpenTimeline] = [:]
    var timelineCount: UInt64 = 0
    /// Lines that have changed and are not durable yet, and those that were not told yet.
    var staged: Set<LinePlace> = []
    var untold: Set<LinePlace> = []
    var isTelling = false
    var connectionState = ConnectionState.off
    /// The list of chats in its order, once somebody has asked for it, and which of it are to be read again.
    var chatCache: [Chat]?
    var staleChats: Set<ChatID> = []
    /// The last entry that was told of each conversation that is followed.
    var followed: [ConversationID: SequenceNumber] = [:]

    /// Opens the folder, and makes it on first use where it may. Nothing is asked of the server yet.
    /// - Throws: ``ClientError/store(_:)``; ``ClientError/notRegistered`` where there is no store and none is made;
    ///   ``ClientError/insecureServer``; ``ClientError/unreachable(_:)`` for a file of roots that cannot be used.
    public static func open(
        _ configuration: ClientConfiguration, unlock: borrowing LocalStore.Unlock, over loop: ClientNetwork
    ) throws(ClientError) -> Client {
        guard configuration.makesFolder || LocalStore.mayBe(in: configuration.folder) else { throw .notRegistered }
        let store: LocalStore
        let profile: Profile?
        do throws(LocalStoreError) {
            store = try LocalStore(folder: configuration.folder, unlock: unlock)
            profile = try store.value(.profile)
        } catch {
            throw .store(error)
        }
        let server = configuration.server ?? profile.flatMap { ServerAddress($0.server) }
        let networks = try server.map { (server) throws(ClientError) in
            guard server.isSecure || server.isLoopback || configuration.allowsPlainHTTP else { throw .insecureServer }
            do throws(TransportError) {
                let trust = configuration.trust.forTransport
                return (try loop.network(to: server, trust: trust), try loop.network(to: server, trust: trust))
            } catch {
                throw .unreachable(error)
            }
        }
        return Client(
            store: store, server: server, network: networks?.0, anonymousNetwork: networks?.1,
            configuration: configuration, surroundings: .real)
    }

    init(
        store: sending LocalStore, server: ServerAddress?, network: Network?, anonymousNetwork: Network?,
        configuration: ClientConfiguration, surroundings: Surroundings
    ) {
        // One that cannot be read may have a spool that a later version wants.
        if let transfers = try? store.values(in: .transfers) {
            SpoolFolder(folder: configuration.folder).removeUnknown(except: Set(transfers.map(\.value.spool)))
        }
        nextExpiry = store.nextExpiry
        self.store = store
        self.server = server
        self.network = network
        self.anonymousNetwork = anonymousNetwork
        self.configuration = configuration
        self.surroundings = surroundings
        // Whoever opens the folder finds nothing in it that should have gone, and nothing goes by itself before that.
        Task { await self.begin() }
    }

    /// Jobs run one after the other on the thread of this client.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private func begin() {
        guard !isClosed else { return }
        lookAfterTranscript()
        checkStore()
    }

    /// Ends listening in order, then lets go of the folder and the connection. What is called afterwards fails.
    public func close() async {
        isClosed = true
        listening?.cancel()
        await listening?.value
        endObservations()
        timer?.task.cancel()
        checking?.cancel()
        store.close()
        await network?.close()
        await anonymousNetwork?.close()
    }

    // MARK: Who this is

    /// The account's handle and this device; `nil` before registration or linking is done.
    /// - Throws: ``ClientError/accountDeleted``.
    public func whoami() throws(ClientError) -> (handle: Handle, address: DeviceAddress)? {
        let profile = try read(.profile)
        if profile?.stage == .deleted { throw .accountDeleted }
        guard let profile, profile.stage == .ready, let handle = profile.handle,
            let address = profile.address
        else { return nil }
        return (handle, address)
    }

    /// - Throws: ``ClientError/notRegistered``, ``ClientError/notLinkedYet``, ``ClientError/accountDeleted``.
    func readyProfile() throws(ClientError) -> (profile: Profile, own: DeviceAddress) {
        guard let profile = try read(.profile) else { throw .notRegistered }
        switch profile.stage {
        case .registering, .restoring: throw .notRegistered
        case .linking: throw .notLinkedYet
        case .deleted: throw .accountDeleted
        case .ready: break
        }
        guard let own = profile.address else { throw .store(.unreadable(key: StoreKey.profile.name)) }
        return (profile, own)
    }

    // MARK: The store, with its errors as ours

    func read<Value: WireType>(_ key: StoreKey<Value>) throws(ClientError) -> Value? {
        do { return try store.value(key) } catch { throw .store(error) }
    }

    func keys<Value: WireType>(
        in shelf: StoreShelf<Value>, _ range: StoreRange = .all
    ) throws(ClientError) -> [StoreKey<Value>] {
        do { return try store.keys(in: shelf, range) } catch { throw .store(error) }
    }

    func values<Value: WireType>(
        in shelf: StoreShelf<Value>, _ range: StoreRange = .all
    ) throws(ClientError) -> [(key: StoreKey<Value>, value: Value)] {
        do { return try store.values(in: shelf, range) } catch { throw .store(error) }
    }

    /// As the other, without what a later version has written.
    func readableValues<Value: WireType>(
        in shelf: StoreShelf<Value>, _ range: StoreRange = .all
    ) throws(ClientError) -> [(key: StoreKey<Value>, value: Value)] {
        do { return try store.readableValues(in: shelf, range) } catch { throw .store(error) }
    }

    func byteCount<Value: WireType>(of key: StoreKey<Value>) throws(ClientError) -> Int {
        do { return try store.byteCount(of: key) } catch { throw .store(error) }
    }

    /// Durable when it returns, with all that was staged.
    func commit(_ transaction: StoreTransaction) throws(ClientError) {
        try changing { (store) throws(LocalStoreError) in try store.commit(transaction) }
        committed(staged.union(transaction.touched))
        setTimer()
    }

    /// Seen at once, and durable with the next commit or ``flush()``: for what came, and comes again where it is lost.
    func stage(_ transaction: StoreTransaction) throws(ClientError) {
        try changing { (store) throws(LocalStoreError) in try store.stage(transaction) }
        staged.formUnion(transaction.touched)
        staleChats.formUnion(transaction.touched.lazy.map(\.chat))
    }

    /// Makes durable what is staged.
    func flush() throws(ClientError) {
        try changing { (store) throws(LocalStoreError) in try store.flush() }
        committed(staged)
        setTimer()
    }

    /// What fails takes back what was staged, and so what was set from it.
    private func changing(_ change: (LocalStore) throws(LocalStoreError) -> Void) throws(ClientError) {
        do {
            try change(store)
        } catch {
            lists = [:]
            keyLog = nil
            chatCache = nil
            staged = []
            nextExpiry = store.nextExpiry
            throw .store(error)
        }
    }

    func counters() throws(ClientError) -> Counters { try read(.counters) ?? Counters() }
}

extension ClientConfiguration.Trust {
    var forTransport: TLSClientConfiguration.Trust {
        switch self {
        case .systemRoots: .systemRoots
        case .rootsFile(let path): .rootsFile(path)
        }
    }
}
