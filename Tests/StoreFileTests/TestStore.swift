import CSQLite
import Foundation
import SQLite
@testable import Store
import Testing
import Wire

/// A folder for one test's store, with the means to damage it. Goes away with the test.
final class TestFolder: Sendable {
    let path: String
    var name: String { String(path.split(separator: "/").last ?? "") }
    var database: String { path + "/sotto.db" }
    var log: String { path + "/sotto.db-wal" }
    var note: String { path + "/sotto.end" }

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "sqlite-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The files as a kill at this moment would leave them.
    func copy() throws -> TestFolder {
        let copy = try TestFolder()
        // The note first: of a store that goes on meanwhile it may be the older one, and never the newer.
        for name in ["sotto.end", "sotto.db", "sotto.db-wal"]
        where FileManager.default.fileExists(atPath: path + "/" + name) {
            try FileManager.default.copyItem(atPath: path + "/" + name, toPath: copy.path + "/" + name)
        }
        return copy
    }

    /// Runs SQL past the engine.
    func execute(_ sql: String) throws {
        var handle: OpaquePointer?
        defer { sqlite3_close(handle) }
        try #require(sqlite3_open(database, &handle) == SQLITE_OK)
        try #require(sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK)
    }

    /// Changes the bytes of the database file in place.
    func edit(_ change: (inout Data) throws -> Void) throws {
        var bytes = try Data(contentsOf: URL(filePath: database))
        try change(&bytes)
        try bytes.write(to: URL(filePath: database))
    }
}

extension StoreConfiguration {
    /// Of a store that does nothing of its own accord, however slow the machine is.
    static var still: StoreConfiguration {
        var configuration = StoreConfiguration()
        configuration.idleMilliseconds = 86_400_000
        configuration.redactionMilliseconds = 86_400_000
        return configuration
    }
}

enum Sample {
    static let sender = address(1)
    static let recipient = address(2)
    static let dm = ConversationID(bytes: SixteenBytes(high: 2, low: 1))
    static let start = Timestamp(milliseconds: 1_795_000_000_000)

    static func address(_ number: UInt64) -> DeviceAddress {
        DeviceAddress(account: AccountID(bytes: SixteenBytes(high: 1, low: number)), device: DeviceID(1))
    }

    static func client(_ number: UInt64) -> ClientID { ClientID(bytes: SixteenBytes(high: 3, low: number)) }

    /// Unlike any other send's, and findable in a file.
    static func body(_ client: UInt64) -> [UInt8] {
        Array("body of send \(client).".utf8) + [UInt8](repeating: UInt8(truncatingIfNeeded: client), count: 150)
    }

    static func draft(_ client: UInt64, to recipients: [DeviceAddress] = [recipient]) -> EnvelopeDraft {
        EnvelopeDraft(
            time: start, sender: sender, clientID: Sample.client(client), kind: .message, isUrgent: false,
            conversation: dm, copies: recipients.map { .init(recipient: $0, body: body(client)) })
    }
}

extension Sample {
    /// A message of the dm.
    static func post(_ client: UInt64, text: String, expiresAt: Timestamp? = nil) -> EntryDraft {
        EntryDraft(
            time: start, conversation: dm, sender: sender, clientID: Sample.client(client),
            event: .message(
                .init(clientID: Sample.client(client), text: text, body: nil, expiresAt: expiresAt)))
    }
}

extension Store {
    /// Every entry of the dm.
    func log() async throws(Problem) -> [LogEntry] {
        try await read { (tables) throws(Problem) in
            try tables.entries(of: Sample.dm, .newest, limit: 1_000_000)
        }
    }

    /// Accounts 1 to `count` with a device each, and a dm of the first two.
    func prepare(accounts count: UInt64 = 2) async throws {
        let identity = IdentityPayload(
            signingKey: [UInt8](repeating: 1, count: 32), agreementKey: [UInt8](repeating: 2, count: 32))
        for number in 1...count {
            let handle = try #require(Handle(text: "account-\(number)"))
            let registration = try #require(RegistrationID(1))
            try await write { (tables) throws(Problem) in
                let address = Sample.address(number)
                try tables.insert(
                    AccountRow(account: address.account, handle: handle, identity: identity, createdAt: Sample.start,
                        listEpoch: 1, listSignature: [UInt8](repeating: 1, count: 64), nextDevice: DeviceID(2)))
                try tables.insertDevice(
                    DeviceRow(
                        address: address, registrationID: registration, identity: identity, linkedAt: Sample.start,
                        lastSeenDay: nil))
            }
        }
        try await write { (tables) throws(Problem) in
            try tables.insertConversation(
                ConversationRow(
                    conversation: Sample.dm, kind: .dm, mode: .sealed, title: nil, sealedName: nil,
                    createdAt: Sample.start, memberCount: 0,
                    pair: DMPair(Sample.sender.account, Sample.recipient.account)))
        }
    }

    func send(
        _ client: UInt64, to recipients: [DeviceAddress] = [Sample.recipient]
    ) async throws(Problem) -> AppendedEnvelopes {
        try await write(checksFirst: true) { (tables) throws(Problem) in
            tables.growth = .messages
            if try tables.accepted(from: Sample.sender, clientID: Sample.client(client)) != nil {
                throw Problem(.idempotencyMismatch, "sent already")
            }
            return try tables.append(Sample.draft(client, to: recipients))
        }
    }

    func trim(_ device: DeviceAddress = Sample.recipient, through number: UInt64) async throws(Problem) {
        try await write(checksFirst: true) { (tables) throws(Problem) in
            try tables.trimQueue(of: device, through: QueueNumber(number))
        }
    }

    func drain(_ device: DeviceAddress = Sample.recipient) async throws(Problem) -> [Envelope] {
        try await read { (tables) throws(Problem) in
            try tables.envelopes(for: device, after: QueueNumber(0), limit: 1_000_000, byteCountMax: 1 << 30)
        }
    }
}

extension TestFolder {
    /// Waiting envelopes in tables and tail, a log, remembered sends of both kinds, a deleted conversation.
    static func filled() async throws -> TestFolder {
        let folder = try TestFolder()
        var configuration = StoreConfiguration()
        configuration.flushRowCount = 16
        // Packed first, one by one then.
        configuration.acceptedListCountMin = 1
        var store = try Store.open(folder: folder.path, configuration: configuration)
        try await store.prepare(accounts: 3)
        for client in UInt64(1)...60 {
            if client == 40 {
                await store.close()
                configuration.acceptedListCountMin = 1_000
                store = try Store.open(folder: folder.path, configuration: configuration)
            }
            _ = try await store.send(client, to: [Sample.recipient, Sample.address(3)])
            let post = Sample.post(
                1_000 + client, text: "post \(client)", expiresAt: client == 7 ? Sample.start.adding(seconds: 9) : nil)
            try await store.write { (tables) throws(Problem) in _ = try tables.append(post) }
        }
        try await store.trim(through: 20)
        try await store.write { (tables) throws(Problem) in
            for account in [Sample.sender.account, Sample.recipient.account] {
                try tables.put(
                    MemberRow(
                        conversation: Sample.dm, account: account, role: .owner, joinedAt: Sample.start,
                        checkpoint: SequenceNumber(0), addedBy: account))
            }
            if var dm = try tables.conversation(Sample.dm) {
                dm.memberCount = 2
                try tables.updateConversation(dm)
            }
            try tables.put(SettingRow(name: "key", value: [1, 2, 3]))
            try tables.appendToKeyLog(
                KeyLogRow(index: 0, account: [1], epoch: 1, entry: [2]), nodes: [[UInt8](repeating: 3, count: 32)])
            try tables.put(InviteRow(hash: [4], usesLeft: 2, expiresAt: Sample.start))
        }
        await store.close()
        return folder
    }

    /// Changes one column of one row of a table from outside.
    /// - Returns: whether there was a row.
    func change(_ column: String, of table: TableDeclaration) throws -> Bool {
        let connection = try Connection(path: database, access: .readWrite)
        defer { connection.close() }
        let row = table.keyNames.joined(separator: ", ")
        try connection.execute(
            """
            UPDATE \(table.name) SET \(column) = CASE typeof(\(column)) WHEN 'integer' THEN \(column) + 7000000
                WHEN 'text' THEN \(column) || 'x' WHEN 'null' THEN 1 ELSE CAST(\(column) || x'00' AS BLOB) END
            WHERE (\(row)) IN (SELECT \(row) FROM \(table.name) ORDER BY \(row) DESC LIMIT 1)
            """)
        return connection.changeCount > 0
    }
}
