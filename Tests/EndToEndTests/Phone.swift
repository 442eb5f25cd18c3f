import Crypto
import TestKit
import Testing
import Transport
import Wire

@testable import Client

/// One device of a person, as its user has it: a folder, and an account in it that can be closed and opened again.
///
/// A test may move its clock, let its program die at any write and its connection lose any answer, and change what its
/// server says. Without any of that it is opened as an app opens it.
@dynamicMemberLookup
final class Phone: @unchecked Sendable {
    // Unchecked: what changes is changed by its test alone, while the account is at rest.

    private static let network = SottoNetwork()

    let folder: TemporaryFolder
    private(set) var house: House
    private(set) var account: Account
    private let trick: Trick
    private let configure: @Sendable (inout SottoConfiguration) -> Void

    /// What a test has in its hands.
    struct Trick {
        var fate: Fate?
        var clock: MovedClock?
        var lies: Lies?

        var isNone: Bool { fate == nil && clock == nil && lies == nil }
    }

    /// - Parameters:
    ///   - name: of a new account, with this as its first device; `nil` for none yet.
    ///   - isDoubtful: its server says what the test wants: ``change``, ``changeFrame``.
    ///   - folder: of an earlier phone, which is not used any more.
    init(
        _ house: House, as name: String? = nil, fate: Fate? = nil, clock: MovedClock? = nil, isDoubtful: Bool = false,
        folder: TemporaryFolder? = nil, configure: @escaping @Sendable (inout SottoConfiguration) -> Void = { _ in }
    ) async throws {
        self.house = house
        self.configure = configure
        self.folder = try folder ?? TemporaryFolder()
        trick = Trick(fate: fate, clock: clock, lies: isDoubtful ? Lies() : nil)
        account = try await Self.open(self.folder, house, trick, configure)
        if let name { try await register(name) }
    }

    /// The same device, once its server has moved. The other one is not used any more.
    convenience init(_ house: House, after other: Phone) async throws {
        await other.account.close()
        try await self.init(house, folder: other.folder)
    }

    /// Joins the account of another device.
    convenience init(_ house: House, joining other: Phone) async throws {
        try await self.init(house)
        let code = try await account.devices.requestLink()
        let reply = try await other.devices.link(code: code)
        try await account.devices.completeLink(reply)
    }

    /// What its account has: `phone.chats` are `phone.account.chats`.
    subscript<Part>(dynamicMember part: KeyPath<Account, Part>) -> Part { account[keyPath: part] }

    private var lies: Lies {
        guard let lies = trick.lies else { preconditionFailure("nobody doubts the server of this phone") }
        return lies
    }

    /// How answers are changed, of a doubtful one.
    var change: Lies.Change {
        get { lies.change }
        set { lies.change = newValue }
    }

    /// How frames of the server are changed, of a doubtful one.
    var changeFrame: @Sendable ([UInt8]) -> [UInt8] {
        get { lies.changeFrame }
        set { lies.changeFrame = newValue }
    }

    /// What is kept of files that wait.
    var spools: [String] { folder.files.filter { $0.contains("/spool-") } }

    /// Reaches behind the handles, where the rooms are.
    func inside<Value: Sendable>(_ body: @Sendable (Rooms) throws -> Value) async throws -> Value {
        try await account.inside(body)
    }

    /// What lies at a place of its store.
    func kept<Value: WireType>(_ key: StoreKey<Value>) async throws -> Value? { try await account.kept(key) }

    // MARK: Its program

    /// The program ends, however it was, and begins again.
    /// - Parameters:
    ///   - fate: of the new one; nothing strikes it by itself.
    ///   - other: where its server is now.
    func restart(_ fate: Fate? = nil, at other: House? = nil, meanwhile: () throws -> Void = {}) async throws {
        await account.close()
        try meanwhile()
        house = other ?? house
        var trick = trick
        if trick.fate != nil || fate != nil { trick.fate = fate ?? Fate() }
        account = try await Self.open(folder, house, trick, configure)
    }

    private static func open(
        _ folder: TemporaryFolder, _ house: House, _ trick: Trick, _ configure: (inout SottoConfiguration) -> Void
    ) async throws -> Account {
        let server = try #require(ServerAddress("http://127.0.0.1:\(house.server.port)"))
        var configuration = SottoConfiguration(folder: folder.path + "/account", server: server)
        configuration.thumbnailWorkerPath = BuildFolder.path + "/sotto-media"
        if trick.clock != nil { configuration.fileGrace = .zero }
        configure(&configuration)
        guard !trick.isNone else { return try await Account.open(configuration, key: .keyFile, over: network) }
        let network = tricked(try network.network(to: server, trust: .systemRoots), trick)
        var surroundings = trick.clock?.surroundings ?? .real
        if let fate = trick.fate {
            let sleep = surroundings.sleep
            surroundings.sleep = { (milliseconds) in
                guard !fate.isDead, !fate.isOffline else { throw CancellationError() }
                try await sleep(milliseconds)
            }
        }
        return Account(
            owner: AccountOwner(
                store: try LocalStore(
                    folder: configuration.folder, key: .keyFile, cost: .standard, disk: trick.fate?.disk ?? .real),
                server: server, network: network, anonymousNetwork: network, configuration: configuration,
                surroundings: surroundings))
    }

    private static func tricked(_ network: Network, _ trick: Trick) -> Network {
        let (fate, lies) = (trick.fate, trick.lies)
        var tricked = network
        tricked.exchange = { (request) async throws(TransportError) in
            if let fate {
                if !fate.isDead { await fate.beforeRequest?(request) }
                guard !fate.isDead, !fate.isOffline else { throw .closedByPeer }
            }
            var answer: Network.Answer
            do throws(TransportError) {
                answer = try await network.exchange(request)
            } catch {
                fate?.heard?(request, nil)
                throw error
            }
            fate?.heard?(request, answer)
            if let fate, !fate.isDead { await fate.beforeAnswer?(request) }
            lies?.change(request.path, &answer)
            if fate?.losesAnswer(to: request) == true { throw .closedByPeer }
            return answer
        }
        tricked.openLine = { (path, protocols) async throws(TransportError) in
            guard fate?.isDead != true, fate?.isOffline != true else { throw .closedByPeer }
            var line = try await network.openLine(path, protocols)
            fate?.opened(line)
            if let lies { line.incoming = lies.changed(line.incoming) }
            return line
        }
        return tricked
    }

    // MARK: Its user

    func register(_ name: String) async throws {
        try await account.register(handle: try #require(Handle(text: name)))
    }

    @discardableResult
    func send(_ text: String, to name: String) async throws -> Line {
        try await account.chats.send(text, to: try #require(Handle(text: name)))
    }

    /// What an app does: what is in the transcript already is not sent again.
    func sendAll(_ texts: [String], to name: String) async throws {
        for text in texts where try await !history().contains(where: { $0.text == text }) {
            try await send(text, to: name)
        }
        await account.outbox.sendAll()
    }

    /// Fetches what waits; gives what was told meanwhile.
    /// - Throws: why it ended; what a doubtful one hears is its test's to judge.
    @discardableResult
    func fetch() async throws -> [SottoEvent] {
        var events: [SottoEvent] = []
        for await event in await account.events(untilIdle: true) {
            events.append(event)
            if trick.lies == nil, case .ended(let error) = event { throw error }
        }
        return events
    }

    /// The line with that number of the only chat.
    func only(_ number: UInt64) async throws -> LineID { try await account.only(number) }

    func history() async throws -> [Line] { try await account.history() }

    /// What came, as texts.
    func received() async throws -> [String] {
        try await history().filter { $0.kind == .received }.map { $0.text ?? "" }
    }
}
