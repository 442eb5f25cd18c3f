import Client
import Glibc
import TestKit
import Testing
import Wire

/// The loop of every phone in this process.
private let phoneNetwork = ClientNetwork()

/// One device of a person, as its user has it: a folder, and a client over it that can be closed and opened again.
final class Phone {
    let folder: TemporaryFolder
    let house: House
    private(set) var client: Client

    init(_ house: House) throws {
        self.house = house
        folder = try TemporaryFolder()
        client = try Self.open(folder, house)
    }

    /// A new account with this as its first device.
    convenience init(_ house: House, as name: String) async throws {
        try self.init(house)
        try await client.register(handle: try #require(Handle(text: name)))
    }

    private static func open(_ folder: TemporaryFolder, _ house: House) throws -> Client {
        let server = try #require(ServerAddress("http://127.0.0.1:\(house.server.port)"))
        var configuration = ClientConfiguration(folder: folder.path + "/account", server: server)
        configuration.thumbnailWorkerPath = BuildFolder.path + "/sotto-media"
        return try Client.open(configuration, unlock: .keyFile, over: phoneNetwork)
    }

    /// The same device, once its server has moved. The other one is not used any more.
    init(_ house: House, after other: Phone) async throws {
        await other.client.close()
        self.house = house
        folder = other.folder
        client = try Self.open(folder, house)
    }

    /// As if the program had ended and begun again.
    func restart(meanwhile: () throws -> Void = {}) async throws {
        await client.close()
        try meanwhile()
        client = try Self.open(folder, house)
    }

    @discardableResult
    func send(_ text: String, to name: String) async throws -> Line {
        try await client.send(text, to: try #require(Handle(text: name)))
    }

    /// Fetches what waits; gives what was told meanwhile.
    @discardableResult
    func fetch() async throws -> [ClientEvent] {
        var events: [ClientEvent] = []
        for await event in await client.events(untilIdle: true) {
            events.append(event)
            if case .ended(let error) = event { throw error }
        }
        return events
    }

    /// The line with that number of the only chat.
    func only(_ number: UInt64) async throws -> LineID { try await client.only(number) }

    func history() async throws -> [Line] { try await client.history() }

    /// What came, as texts.
    func received() async throws -> [String] {
        try await history().filter { $0.kind == .received }.map { $0.text ?? "" }
    }

    /// Joins the account of another device.
    convenience init(_ house: House, joining other: Phone) async throws {
        try self.init(house)
        let code = try await client.requestLink()
        let reply = try await other.client.link(code: code)
        try await client.completeLink(reply)
    }
}

extension TextFile {
    /// Puts bytes in the place of a file's content.
    static func write(_ bytes: [UInt8], to path: String) throws {
        let file = try #require(fopen(path, "wb"))
        defer { fclose(file) }
        try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    }
}
