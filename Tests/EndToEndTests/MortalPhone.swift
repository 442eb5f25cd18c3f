import Crypto
import TestKit
import Testing
import Transport
import Wire

@testable import Client

/// Where a process dies, or a connection breaks.
final class Fate: @unchecked Sendable {
    /// Thrown where the process would have died.
    static let death = LocalStoreError.system(operation: "die", code: 0)

    // Touched by one client at a time, and by its test while that client is at rest.
    private var writesLeft: Int?
    private let isLastWriteDone: Bool
    /// Whether the last change of a file was a write: writes that follow each other count as one with the sync at their
    /// end, since what they write means nothing before that. The store's own tests strike at each of them.
    private var isWriting = false
    /// Whether the burst that kills has begun.
    private var isStriking = false
    private lazy var system = DoomedDisk { [unowned self] in verdict($0) }
    private var answersLeft: Int?
    private let endsWithAnswer: Bool
    private(set) var hasStruck = false
    /// Nothing is written and nobody is asked any more; who waits to try again gives up.
    private(set) var isDead = false
    /// The server is out of reach, and nobody waits for it.
    var isOffline = false
    /// Called before each request that is not lost.
    var beforeRequest: (@Sendable (Network.Request) async -> Void)?
    /// Method and path of everything that was asked.
    private(set) var requests: [String] = []

    /// - Parameters:
    ///   - writes: bursts of writes with their sync, cuts and removals of files that still succeed; `nil` for all.
    ///   - isLastWriteDone: the one that kills has reached the disk.
    ///   - answers: of the server that still arrive; one is lost, then they arrive again.
    ///   - endsWithAnswer: the process dies with the answer that is lost.
    init(writes: Int? = nil, isLastWriteDone: Bool = false, answers: Int? = nil, endsWithAnswer: Bool = false) {
        writesLeft = writes
        self.endsWithAnswer = endsWithAnswer
        self.isLastWriteDone = isLastWriteDone
        answersLeft = answers
    }

    /// The process dies now.
    func die() {
        isDead = true
        hasStruck = true
    }

    /// What the store of a phone with this fate reaches the disk through.
    var disk: StoreDisk {
        StoreDisk(system: system.name, change: { [self] (change) throws(LocalStoreError) in
            switch verdict(.sync) {
            case .done: try change()
            case .doneAndFails:
                try change()
                throw Self.death
            case .fails, .full: throw Self.death
            }
        })
    }

    private func verdict(_ change: DoomedDisk.Change) -> DoomedDisk.Verdict {
        // Dead is dead: nothing changes any more.
        guard !isDead else { return .fails }
        let isFollowing = isWriting && (change == .write || change == .sync)
        isWriting = change == .write
        guard let left = writesLeft else { return .done }
        guard !hasStruck else { return .fails }
        if isFollowing {
            if !isStriking { return .done }
        } else if left > 0 {
            writesLeft = left - 1
            return .done
        }
        isStriking = true
        guard isLastWriteDone else {
            hasStruck = true
            return .fails
        }
        // All of the burst, and then death.
        guard change != .write else { return .done }
        hasStruck = true
        return .doneAndFails
    }

    func losesAnswer(to request: Network.Request) -> Bool {
        requests.append("\(request.method) \(request.path)")
        guard let left = answersLeft else { return false }
        answersLeft = left == 0 ? nil : left - 1
        hasStruck = hasStruck || left == 0
        if left == 0, endsWithAnswer { die() }
        return left == 0
    }
}

/// A phone whose program can die at any write and whose connection can lose any answer; it is then opened again.
final class MortalPhone {
    private static let network = ClientNetwork()

    private var house: House
    private let folder: TemporaryFolder
    private let configure: (inout ClientConfiguration) -> Void
    private(set) var client: Client

    init(
        _ house: House, _ fate: Fate, folder: TemporaryFolder? = nil,
        configure: @escaping (inout ClientConfiguration) -> Void = { _ in }
    ) throws {
        self.house = house
        self.configure = configure
        self.folder = try folder ?? TemporaryFolder()
        client = try Self.open(house, self.folder, fate, configure)
    }

    /// What is kept of files that wait.
    var spools: [String] { folder.files.filter { $0.contains("/spool-") } }

    /// The process has died; another one begins, and nothing strikes it.
    func revive(_ fate: Fate = Fate(), at other: House? = nil, meanwhile: () throws -> Void = {}) async throws {
        await client.close()
        try meanwhile()
        house = other ?? house
        client = try Self.open(house, folder, fate, configure)
    }

    private static func open(
        _ house: House, _ folder: TemporaryFolder, _ fate: Fate, _ configure: (inout ClientConfiguration) -> Void
    ) throws -> Client {
        let server = try #require(ServerAddress("http://127.0.0.1:\(house.server.port)"))
        var network = try network.network(to: server, trust: .systemRoots)
        let exchange = network.exchange
        network.exchange = { (request) async throws(TransportError) in
            if !fate.isDead { await fate.beforeRequest?(request) }
            guard !fate.isDead, !fate.isOffline else { throw .closedByPeer }
            let answer = try await exchange(request)
            if fate.losesAnswer(to: request) { throw .closedByPeer }
            return answer
        }
        let path = folder.path
        var configuration = ClientConfiguration(folder: path, server: server)
        configure(&configuration)
        var surroundings = Surroundings.real
        surroundings.sleep = { (milliseconds) in
            guard !fate.isDead, !fate.isOffline else { throw CancellationError() }
            try await Surroundings.real.sleep(milliseconds)
        }
        return Client(
            store: try LocalStore(folder: path, unlock: .keyFile, cost: .standard, disk: fate.disk), server: server,
            network: network, anonymousNetwork: network, configuration: configuration, surroundings: surroundings)
    }

    func register(_ name: String) async throws {
        try await client.register(handle: try #require(Handle(text: name)))
    }

    /// What an app does: what is in the transcript already is not sent again.
    func sendAll(_ texts: [String], to name: String) async throws {
        let to = try #require(Handle(text: name))
        for text in texts where try await !client.history().contains(where: { $0.text == text }) {
            try await client.send(text, to: to)
        }
        await client.sendOutbox()
    }

    func fetch() async throws {
        for await event in await client.events(untilIdle: true) {
            if case .ended(let error) = event { throw error }
        }
    }

    /// The line with that number of the only chat.
    func only(_ number: UInt64) async throws -> LineID { try await client.only(number) }

    func received() async throws -> [String] {
        try await client.history().filter { $0.kind == .received }.map { $0.text ?? "" }
    }
}
