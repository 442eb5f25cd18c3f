import Transport
public import Wire

/// One device of one account, in a folder: what an app holds, and where it finds everything else.
///
/// A small value, to be copied and kept anywhere; all copies speak of the same device. An account of which no copy is
/// left closes itself.
public struct Account: Sendable {
    let owner: AccountOwner

    /// The chats of this device: what is said in them, and what one says.
    public var chats: Chats { Chats(owner: owner) }
    /// Other accounts.
    public var people: People { People(owner: owner) }
    /// The devices of this account.
    public var devices: Devices { Devices(owner: owner) }
    /// What waits to be sent.
    public var outbox: Outbox { Outbox(owner: owner) }
    /// Files beside messages, and pictures for everybody.
    public var media: Media { Media(owner: owner) }
    /// Sticker packs.
    public var stickers: Stickers { Stickers(owner: owner) }
    /// Whether it is really them.
    public var safety: Safety { Safety(owner: owner) }
    /// The way back when every device is lost.
    public var recovery: Recovery { Recovery(owner: owner) }

    // MARK: Opening and closing

    /// Opens the folder, and makes it on first use where it may. Nothing is asked of the server yet.
    ///
    /// ``withSotto(_:key:over:_:)`` closes it as well, on every path.
    /// - Parameters:
    ///   - key: what opens the folder.
    ///   - network: the thread that carries the connections; `nil` for one that all accounts of the process share.
    /// - Throws: ``SottoError/Code/store``; ``SottoError/Code/notRegistered`` where there is no store and none is made;
    ///   ``SottoError/Code/insecureServer``; ``SottoError/Code/unreachable`` for a file of roots that cannot be used.
    @concurrent
    public static func open(
        _ configuration: SottoConfiguration, key: borrowing FolderKey = .keyFile, over network: SottoNetwork? = nil
    ) async throws(SottoError) -> Account {
        do throws(ClientError) {
            return try opened(configuration, key: key, over: network)
        } catch {
            throw SottoError(error)
        }
    }

    private static func opened(
        _ configuration: SottoConfiguration, key: borrowing FolderKey, over network: SottoNetwork?
    ) throws(ClientError) -> Account {
        guard configuration.makesFolder || LocalStore.mayBe(in: configuration.folder) else { throw .notRegistered }
        let new = configuration.keepsUnusedFolder ? nil : NewFolder(configuration.folder)
        let store: LocalStore
        let profile: Profile?
        do throws(LocalStoreError) {
            store = try LocalStore(folder: configuration.folder, key: key)
            profile = try store.value(.profile)
        } catch {
            throw .store(error)
        }
        let server = configuration.server ?? profile.flatMap { ServerAddress($0.server) }
        let networks: (Network, Network)?
        do throws(ClientError) {
            networks = try Self.networks(to: server, configuration, network ?? .shared)
        } catch {
            if profile == nil { new?.takeAway() }
            throw error
        }
        return Account(
            owner: AccountOwner(
                store: store, server: server, network: networks?.0, anonymousNetwork: networks?.1,
                configuration: configuration, surroundings: .real, new: new))
    }

    /// The two ways to the server: one of this device, one of nobody.
    private static func networks(
        to server: ServerAddress?, _ configuration: SottoConfiguration, _ loop: SottoNetwork
    ) throws(ClientError) -> (Network, Network)? {
        guard let server else { return nil }
        guard server.isSecure || server.isLoopback || configuration.allowsPlainHTTP else { throw .insecureServer }
        do throws(TransportError) {
            let trust = configuration.trust.forTransport
            return (try loop.network(to: server, trust: trust), try loop.network(to: server, trust: trust))
        } catch {
            throw .unreachable(error)
        }
    }

    /// Ends listening in order, then lets go of the folder and the connection. What is called afterwards fails.
    public func close() async { await owner.close() }

    // MARK: Who this is

    /// The account's handle and this device; `nil` before registration or linking is done.
    /// - Throws: ``SottoError/Code/accountDeleted``.
    public func whoami() async throws(SottoError) -> Myself? {
        try await owner.ask { (rooms) async throws(ClientError) in try rooms.registration.whoami() }
    }

    /// Creates an account with this as its first device, and logs it in.
    ///
    /// Cut short anywhere, the same call again goes on with the same keys.
    /// - Throws: ``SottoError/Code/alreadyRegistered``; what the server refuses with with `handle-taken`,
    ///   `invite-required` and the like, after which another handle may be tried.
    public func register(handle: Handle, invite: String? = nil) async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.registration.register(handle: handle, invite: invite)
        }
    }

    /// Logs in with the device's key, whether or not there is a token still good.
    /// - Throws: ``SottoError/Code/unlinked``; ``SottoError/Code/wrongServerName``.
    public func logIn() async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.registration.logIn() }
    }

    /// Deletes the account at the server, for good, and erases its keys here. The transcript stays, with whom it was
    /// with.
    ///
    /// When the server's answer is lost, the same call again finds out.
    /// - Throws: ``SottoError/Code/cannotChangeDevices`` on a device without the account's key;
    ///   ``SottoError/Code/accountDeleted`` when it was done before.
    public func delete() async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.accountEnd.deleteAccount() }
    }

    // MARK: What happens

    /// How it stands with the server.
    public var connection: Observed<ConnectionState> {
        Observed { [owner] in await owner.run { (rooms) in rooms.watching.watchConnection() } }
    }

    /// What happens, from now on. Ends when listening cannot go on, after ``SottoEvent/ended(_:)``, or when the
    /// account is closed.
    ///
    /// Any number may listen; one connection, which comes back on its own, serves them all, and ends with the last of
    /// them. At each connect what waits in the outbox is sent, files go on, and the prekeys are looked after. Whoever
    /// does not keep up loses the oldest of more than 1,024 events and hears ``SottoEvent/missed``: everything durable
    /// is in the chats.
    /// - Parameter untilIdle: ends when the queue was read to its end once, or the server cannot be reached at all.
    public func events(untilIdle: Bool = false) async -> AsyncStream<SottoEvent> {
        await owner.run { (rooms) in rooms.listening.events(untilIdle: untilIdle) }
    }

    /// Says that the network is back, as the system tells it: whoever listens is connected again at once and not after
    /// the pause between two tries, and a connection that is still open is held to be gone where it brings nothing in
    /// ten seconds. A pause that the server has asked for stays. Does nothing while nobody listens.
    public func tryNow() async { await owner.run { (rooms) in rooms.listening.tryNow() } }
}

/// Opens an account for as long as `body` runs, and closes it on every path.
/// - Parameters:
///   - key: what opens the folder.
///   - network: the thread that carries the connections; `nil` for one that all accounts of the process share.
/// - Throws: as ``Account/open(_:key:over:)``; what `body` throws.
public func withSotto<Value: Sendable>(
    _ configuration: SottoConfiguration, key: borrowing FolderKey = .keyFile, over network: SottoNetwork? = nil,
    _ body: (Account) async throws -> Value
) async throws -> Value {
    let account = try await Account.open(configuration, key: key, over: network)
    do {
        let value = try await body(account)
        await account.close()
        return value
    } catch {
        await account.close()
        throw error
    }
}
