import Wire

/// Owns one device of one account: keys, sessions, outbox and transcript in a sealed folder, and the way to its server.
/// One per folder, in one process. What must survive is committed before it is told to anyone: a session that has moved
/// on, before its ciphertext leaves; a message that came, before it is acknowledged.
///
/// Runs on a thread of its own, which nobody else's work waits for: the store blocks for the disk. What is asked of it
/// is asked of its ``Rooms``.
actor AccountOwner {
    private let thread = OwnerThread()
    private let rooms: Rooms
    /// What is left as it was where no account begins.
    private let new: NewFolder?

    init(
        store: sending LocalStore, server: ServerAddress?, network: Network?, anonymousNetwork: Network?,
        configuration: SottoConfiguration, surroundings: Surroundings, new: NewFolder? = nil
    ) {
        self.new = new
        // One that cannot be read may have a spool that a later version wants.
        if let transfers = try? store.values(in: .transfers) {
            SpoolFolder(folder: configuration.folder).removeUnknown(except: Set(transfers.map(\.value.spool)))
        }
        let errands = Errands()
        rooms = Rooms(
            Ground(
                Records(store, on: thread), server: server, network: network, anonymousNetwork: anonymousNetwork,
                configuration: configuration, surroundings: surroundings, errands: errands))
        errands.belong(to: self)
        // Whoever opens the folder finds nothing in it that should have gone, and nothing goes by itself before that.
        errands.begin { (rooms) in rooms.upkeep.begin() }
    }

    /// Jobs run one after the other on the thread of this owner.
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Does something with the rooms, where they are.
    func run<Value: Sendable, Failure: Error>(
        _ body: @Sendable (Rooms) async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        try await body(rooms)
    }

    /// The same for somebody outside, who hears of a failure by its code. What fails because the account was closed
    /// meanwhile says so.
    func ask<Value: Sendable>(
        _ body: @Sendable (Rooms) async throws(ClientError) -> Value
    ) async throws(SottoError) -> Value {
        do {
            return try await run(body)
        } catch {
            throw SottoError(rooms.ground.isOfClosing(error) ? .closed : error)
        }
    }

    /// Whether no account has begun. One that the server may have heard of has its keys here.
    private var isUnused: Bool {
        do { return try rooms.ground.records.store.value(.profile) == nil } catch { return false }
    }

    /// Ends listening in order, then lets go of the folder and the connection. What is called afterwards fails.
    func close() async {
        let ground = rooms.ground
        ground.isClosed = true
        await rooms.listening.end()
        rooms.watching.end()
        rooms.upkeep.end()
        if isUnused { new?.takeAway() }
        ground.records.store.close()
        await ground.network?.close()
        await ground.anonymousNetwork?.close()
    }
}
