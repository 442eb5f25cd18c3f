import Keys
import Wire

/// What every room of an account can do: read and write the store, ask the server, tell, and begin what goes on beside.
///
/// Rooms are not `Sendable`, so the compiler keeps them inside their ``AccountOwner``; what they do asynchronously runs
/// there. A room holds those that it needs, and none of those that need it: ``Rooms`` makes them in that order.
class Room {
    let ground: Ground

    init(_ ground: Ground) { self.ground = ground }

    final var configuration: SottoConfiguration { ground.configuration }
    final var surroundings: Surroundings { ground.surroundings }
    final var store: LocalStore { ground.records.store }
    final var spoolFolder: SpoolFolder { SpoolFolder(folder: configuration.folder) }

    /// Tells all who listen.
    final func tell(_ event: SottoEvent) { ground.listeners.tell(event) }

    // MARK: The server

    /// Calls that need no login.
    /// - Throws: ``ClientError/noServer``.
    final var calls: ServerCalls {
        get throws(ClientError) {
            guard let network = ground.network else { throw .noServer }
            return ServerCalls(network: network)
        }
    }

    /// Calls of nobody, on a connection of their own.
    /// - Throws: ``ClientError/noServer``.
    final func anonymousCalls(_ token: [UInt8]? = nil) throws(ClientError) -> ServerCalls {
        guard let network = ground.anonymousNetwork else { throw .noServer }
        return ServerCalls(network: network, deliveryToken: token)
    }

    // MARK: Who this is

    /// - Throws: ``ClientError/notRegistered``, ``ClientError/notLinkedYet``, ``ClientError/accountDeleted``.
    final func readyProfile() throws(ClientError) -> (profile: Profile, own: DeviceAddress) {
        // Asked many times for each message, and the same for a device's whole life.
        if let known = ground.records.ownProfile { return known }
        guard let profile = try read(.profile) else { throw .notRegistered }
        switch profile.stage {
        case .registering, .restoring: throw .notRegistered
        case .linking: throw .notLinkedYet
        case .deleted: throw .accountDeleted
        case .ready: break
        }
        guard let own = profile.address else { throw .store(.unreadable(key: StoreKey.profile.name)) }
        ground.records.ownProfile = (profile, own)
        return (profile, own)
    }

    /// This device, where it may act.
    /// - Throws: as ``readyProfile()``.
    final func ownAddress() throws(ClientError) -> DeviceAddress { try readyProfile().own }

    /// The private keys of this device.
    final func deviceIdentity(_ profile: Profile) throws(ClientError) -> HeldIdentity {
        if let known = ground.records.ownIdentity, known.isOf(profile) { return known }
        let identity: HeldIdentity
        do { identity = try HeldIdentity(of: profile) } catch { throw .store(error) }
        ground.records.ownIdentity = identity
        return identity
    }
}

// What each room does with the records all the time.
extension Room {
    final func read<Value: WireType>(_ key: StoreKey<Value>) throws(ClientError) -> Value? {
        try ground.records.read(key)
    }

    final func readable<Value: WireType>(_ key: StoreKey<Value>) throws(ClientError) -> Value? {
        try ground.records.readable(key)
    }

    final func keys<Value: WireType>(
        in shelf: StoreShelf<Value>, _ range: StoreRange = .all
    ) throws(ClientError) -> [StoreKey<Value>] {
        try ground.records.keys(in: shelf, range)
    }

    final func values<Value: WireType>(
        in shelf: StoreShelf<Value>, _ range: StoreRange = .all
    ) throws(ClientError) -> [(key: StoreKey<Value>, value: Value)] {
        try ground.records.values(in: shelf, range)
    }

    final func readableValues<Value: WireType>(
        in shelf: StoreShelf<Value>, _ range: StoreRange = .all
    ) throws(ClientError) -> [(key: StoreKey<Value>, value: Value)] {
        try ground.records.readableValues(in: shelf, range)
    }

    final func byteCounts<Value: WireType>(
        in shelf: StoreShelf<Value>
    ) throws(ClientError) -> [(key: StoreKey<Value>, byteCount: Int)] {
        try ground.records.byteCounts(in: shelf)
    }

    final func byteCount<Value: WireType>(of key: StoreKey<Value>) throws(ClientError) -> Int {
        try ground.records.byteCount(of: key)
    }

    final func counters() throws(ClientError) -> Counters { try read(.counters) ?? Counters() }

    /// Durable when it returns, with all that was staged.
    final func commit(_ transaction: StoreTransaction) throws(ClientError) { try ground.records.commit(transaction) }

    /// Seen at once, and durable with the next commit or ``flush()``: for what came, and comes again where it is lost.
    final func stage(_ transaction: StoreTransaction, mayBeLost: Bool = false) throws(ClientError) {
        try ground.records.stage(transaction, mayBeLost: mayBeLost)
    }

    /// Makes durable what is staged.
    final func flush() throws(ClientError) { try ground.records.flush() }
}
