import TestKit
import Testing
import Transport
import Wire

@testable import Client

/// A phone whose server says something else than it did: answers are changed on their way.
final class DoubtfulPhone: @unchecked Sendable {
    typealias Change = @Sendable (_ path: String, _ answer: inout Network.Answer) -> Void

    private static let network = ClientNetwork()

    private let folder: TemporaryFolder
    /// How answers are changed. Set by the test while the client is at rest, which is why it is `Sendable`.
    var change: Change = { _, _ in }
    /// How frames of the server are changed. Set as ``change`` is.
    var changeFrame: @Sendable ([UInt8]) -> [UInt8] = { $0 }
    private var opened: Client?

    init(_ house: House, as name: String? = nil) async throws {
        folder = try TemporaryFolder()
        try open(house)
        if let name { try await client.register(handle: try #require(Handle(text: name))) }
    }

    var client: Client {
        guard let opened else { preconditionFailure("a phone is open") }
        return opened
    }

    /// The program ends, and begins again with the server of that house.
    func move(to house: House) async throws {
        await client.close()
        try open(house)
    }

    private func open(_ house: House) throws {
        let server = try #require(ServerAddress("http://127.0.0.1:\(house.server.port)"))
        var network = try Self.network.network(to: server, trust: .systemRoots)
        let exchange = network.exchange
        network.exchange = { [self] (request) async throws(TransportError) in
            var answer = try await exchange(request)
            change(request.path, &answer)
            return answer
        }
        let openLine = network.openLine
        network.openLine = { [self] (path, protocols) async throws(TransportError) in
            var line = try await openLine(path, protocols)
            let (incoming, continuation) = AsyncStream<SocketLine.Incoming>.makeStream()
            let original = line.incoming
            Task {
                for await one in original {
                    if case .message(let bytes) = one { continuation.yield(.message(changeFrame(bytes))) } else {
                        continuation.yield(one)
                    }
                }
                continuation.finish()
            }
            line.incoming = incoming
            return line
        }
        let path = folder.path + "/account"
        opened = Client(
            store: try LocalStore(folder: path, unlock: .keyFile), server: server, network: network,
            anonymousNetwork: network, configuration: ClientConfiguration(folder: path, server: server),
            surroundings: .real)
    }

    /// The line with that number of the only chat.
    func only(_ number: UInt64) async throws -> LineID { try await client.only(number) }

    @discardableResult
    func send(_ text: String, to name: String) async throws -> Line {
        try await client.send(text, to: try #require(Handle(text: name)))
    }

    @discardableResult
    func fetch() async throws -> [ClientEvent] {
        var events: [ClientEvent] = []
        for await event in await client.events(untilIdle: true) { events.append(event) }
        return events
    }
}

extension Network.Answer {
    /// Changes a record in the answer, where it is one.
    mutating func change<Record: WireRecord>(_ type: Record.Type, _ change: (inout Record) -> Void) {
        let context = WireContext(form: .cbor, refusesUnknownFields: false)
        guard status == 200, var record = try? Record.decode(body, in: context) else { return }
        change(&record)
        body = record.encoded(as: .cbor)
    }

    /// Changes what stands beside each list, in whatever answer has one.
    mutating func changeProof(at path: String, _ change: (inout TransparencyPayload?) -> Void) {
        if path.contains("/claims") {
            self.change(ClaimedKeys.self) { change(&$0.transparency) }
        } else if path.hasPrefix("/v1/handles/") || path.hasPrefix("/v1/accounts/"), !path.contains("/transparency") {
            self.change(AccountView.self) { change(&$0.transparency) }
        }
    }
}
