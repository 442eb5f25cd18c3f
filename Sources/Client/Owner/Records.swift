import Wire

/// The local store as the rooms use it: with its errors as theirs, and who hears of what changes in it.
final class Records {
    /// As it is, for what is no row: erasing, checking, closing.
    let store: LocalStore
    private let thread: OwnerThread
    /// Lines that have changed and are not durable yet.
    private(set) var staged = Touched()

    /// What the profile says, and the keys in it, while it stays as it is.
    var ownProfile: (profile: Profile, own: DeviceAddress)?
    var ownIdentity: HeldIdentity?
    /// How much is kept for a later version, of frames and of contents, while that stays as it is: whoever adds to it
    /// says what it is then.
    var keptFrameShares: KeptShares?
    var keptContentShares: KeptShares?

    /// Hear which lines have changed, before that is durable.
    var whenStaged: [(Touched) -> Void] = []
    /// The same once it is.
    var whenDurable: [(Touched) -> Void] = []
    /// Forget what they keep of the store: a change has failed, and took back what was staged.
    var whenTakenBack: [() -> Void] = []

    init(_ store: LocalStore, on thread: OwnerThread) {
        self.store = store
        self.thread = thread
    }

    /// The store, for its own thread.
    ///
    /// The compiler keeps rooms inside their owner, and has holes there: a closure that it runs elsewhere ends here,
    /// and not in a store that two threads write at once.
    private var here: LocalStore {
        precondition(thread.isHere, "a room has left its owner")
        return store
    }

    // MARK: Reading

    func read<Value: WireType>(_ key: StoreKey<Value>) throws(ClientError) -> Value? {
        do { return try here.value(key) } catch { throw .store(error) }
    }

    /// `nil` also for what a later version has written.
    func readable<Value: WireType>(_ key: StoreKey<Value>) throws(ClientError) -> Value? {
        do {
            return try here.value(key)
        } catch .unreadable {
            return nil
        } catch {
            throw .store(error)
        }
    }

    func keys<Value: WireType>(
        in shelf: StoreShelf<Value>, _ range: StoreRange
    ) throws(ClientError) -> [StoreKey<Value>] {
        do { return try here.keys(in: shelf, range) } catch { throw .store(error) }
    }

    func values<Value: WireType>(
        in shelf: StoreShelf<Value>, _ range: StoreRange
    ) throws(ClientError) -> [(key: StoreKey<Value>, value: Value)] {
        do { return try here.values(in: shelf, range) } catch { throw .store(error) }
    }

    /// As the other, without what a later version has written.
    func readableValues<Value: WireType>(
        in shelf: StoreShelf<Value>, _ range: StoreRange
    ) throws(ClientError) -> [(key: StoreKey<Value>, value: Value)] {
        do { return try here.readableValues(in: shelf, range) } catch { throw .store(error) }
    }

    /// The values by themselves, as they are read, so that thousands are never held at once.
    /// - Parameter visit: asks nothing of the store.
    func visitReadable<Value: WireType>(
        in shelf: StoreShelf<Value>, _ visit: (Value) -> Void
    ) throws(ClientError) {
        do { try here.visitReadable(in: shelf, visit) } catch { throw .store(error) }
    }

    func byteCounts<Value: WireType>(
        in shelf: StoreShelf<Value>
    ) throws(ClientError) -> [(key: StoreKey<Value>, byteCount: Int)] {
        do { return try here.byteCounts(in: shelf) } catch { throw .store(error) }
    }

    func byteCount<Value: WireType>(of key: StoreKey<Value>) throws(ClientError) -> Int {
        do { return try here.byteCount(of: key) } catch { throw .store(error) }
    }

    // MARK: Writing

    /// Durable when it returns, with all that was staged.
    func commit(_ transaction: StoreTransaction) throws(ClientError) {
        forget(changedBy: transaction)
        try changing { (store) throws(LocalStoreError) in try store.commit(transaction) }
        staged.formUnion(transaction.touched)
        tellDurable(staged)
    }

    /// Seen at once, and durable with the next commit or ``flush()``.
    func stage(_ transaction: StoreTransaction, mayBeLost: Bool = false) throws(ClientError) {
        forget(changedBy: transaction)
        try changing { (store) throws(LocalStoreError) in try store.stage(transaction, mayBeLost: mayBeLost) }
        let touched = transaction.touched
        staged.formUnion(touched)
        for hear in whenStaged { hear(touched) }
    }

    /// Makes durable what is staged.
    func flush() throws(ClientError) {
        try changing { (store) throws(LocalStoreError) in try store.flush() }
        tellDurable(staged)
    }

    private func forget(changedBy transaction: StoreTransaction) {
        if transaction.mayChange(.profile) { (ownProfile, ownIdentity) = (nil, nil) }
        if transaction.mayChange(.keptFrame) { keptFrameShares = nil }
        if transaction.mayChange(.keptContent) { keptContentShares = nil }
    }

    private func tellDurable(_ touched: Touched) {
        staged = Touched()
        for hear in whenDurable { hear(touched) }
    }

    private func changing(_ change: (LocalStore) throws(LocalStoreError) -> Void) throws(ClientError) {
        do {
            try change(here)
        } catch {
            staged = Touched()
            (ownProfile, ownIdentity) = (nil, nil)
            keptFrameShares = nil
            keptContentShares = nil
            for forget in whenTakenBack { forget() }
            throw .store(error)
        }
    }
}
