import Keys
import Transport
public import Wire

/// One device of one account: keys, sessions, outbox and transcript in a sealed folder, and the way to its server.
///
/// Owns everything it holds; one per folder, in one process. What must survive is committed before it is told to
/// anyone: a session that has moved on, before its ciphertext leaves; a message that came, before it is acknowledged.
public actor Client {
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
    var login: Task<Result<TokenPair, ClientError>, Never>?
    var outboxRun = OutboxRun()
    var fileRun = FileRun()
    /// The downloads that are under way, by their places in the store.
    var downloads: Set<String> = []
    /// Sticker packs that are being made.
    var stickerPacksUnderWay = 0
    var isReplenishing = false
    var backupTurns = Turns()
    var isListening = false
    /// Whoever listens now.
    var teller: (@Sendable (ClientEvent) -> Void)?
    /// What ``events(untilIdle:)`` started last.
    var listener: Task<Void, Never>?
    /// Sends what the server has put off, once it is time.
    var resend: Task<Void, Never>?
    /// The same of files.
    var resendFiles: Task<Void, Never>?
    /// When the next line of the transcript disappears.
    var nextExpiry: Timestamp?
    /// When the journal was last written anew for what was deleted.
    var rewrittenAt: Timestamp?
    /// Until the next of the two.
    var timer: Task<Void, Never>?
    var isClosed = false
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
        let transfers = store.keys(withPrefix: StoreKey<FileTransfer>.transferPrefix)
        let spools = transfers.compactMap { try? store.value(StoreKey<FileTransfer>($0))?.spool }
        // One that cannot be read may have a spool that a later version wants.
        if spools.count == transfers.count {
            SpoolFolder(folder: configuration.folder).removeUnknown(except: Set(spools))
        }
        nextExpiry = store.nextExpiry
        self.store = store
        self.server = server
        self.network = network
        self.anonymousNetwork = anonymousNetwork
        self.configuration = configuration
        self.surroundings = surroundings
        // Whoever opens the folder finds nothing in it that should have gone, and nothing goes by itself before that.
        Task { await self.lookAfterTranscript() }
    }

    /// Ends listening in order, then lets go of the folder and the connection. What is called afterwards fails.
    public func close() async {
        listener?.cancel()
        await listener?.value
        isClosed = true
        timer?.cancel()
        store.rewriteIfOwed()
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

    func commit(_ transaction: StoreTransaction) throws(ClientError) {
        do { try store.commit(transaction) } catch { throw .store(error) }
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
