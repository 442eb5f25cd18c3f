import Keys
import Transport
import Wire

/// A registered account with one device, number 1, as far as a load needs it.
struct BenchAccount: Sendable {
    let id: AccountID
    let registration: RegistrationID
    let accessToken: String

    static let device = DeviceID(1)

    /// For a server that takes any.
    static func unregistered() throws(BenchError) -> BenchAccount {
        let id = AccountID.random()
        guard let registration = RegistrationID(UInt32.random(in: RegistrationID.range)) else {
            throw .usage("no such registration")
        }
        let digits = Array("0123456789abcdef".utf8)
        let token = id.bytes.array.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return BenchAccount(id: id, registration: registration, accessToken: String(decoding: token, as: UTF8.self))
    }
}

/// Makes accounts the way a client does: with keys of their own, over the public surface.
struct Registrar {
    private let address: BenchServerAddress
    private let loop: EventLoop
    private let tls: TLSClientConfiguration?
    /// Requests under way at once.
    static let connectionCount = 32

    init(_ address: BenchServerAddress, on loop: EventLoop) throws {
        (self.address, self.loop) = (address, loop)
        tls = try address.certificate.map { try TLSClientConfiguration(trust: .rootsFile($0.path)) }
    }

    /// - Throws: what the transport throws, or the server's refusal.
    func register(count: Int) async throws -> [BenchAccount] {
        let run = UInt32.random(in: 0...UInt32.max)
        let shard = try await shard()
        return try await withThrowingTaskGroup(of: [BenchAccount].self) { (group) in
            for lane in 0..<min(Self.connectionCount, count) {
                group.addTask {
                    let connection = try await connect()
                    defer { connection.close() }
                    var accounts: [BenchAccount] = []
                    for number in stride(from: lane, to: count, by: Self.connectionCount) {
                        try Interruption.check()
                        accounts.append(try await register(number, of: run, in: shard, over: connection))
                    }
                    return accounts
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    /// A conversation of `owner` with `members`.
    func converse(
        _ kind: ConversationKind, _ mode: ConversationMode, owner: BenchAccount, members: [BenchAccount],
        over connection: HTTPClientConnection
    ) async throws -> ConversationID {
        let new = NewConversation(kind: kind, mode: mode, members: members.map(\.id))
        let body = try await post("/v1/conversations", new, as: owner, over: connection)
        return try ConversationView.decode(body, in: Self.reading).conversation
    }

    func connect() async throws -> HTTPClientConnection {
        let host = tls == nil ? "127.0.0.1" : "localhost"
        return try await HTTPClientConnection.connect(host: host, port: address.port, tls: tls, on: loop)
    }

    // MARK: Details

    private static let reading = WireContext(form: .cbor, refusesUnknownFields: false)

    /// What the server says of itself, as far as an id needs it.
    private struct Card: WireRecord {
        /// Absent at servers of before there were shards, which take any id.
        var shard: Shard?
        init(fields: inout Fields<Self>) throws(WireError) { shard = try fields.valueIfPresent("shard", \.shard) }
    }

    private func shard() async throws -> Shard {
        let connection = try await connect()
        defer { connection.close() }
        let response = try await connection.request(
            "GET", "/.well-known/sotto", headers: [("Accept", WireForm.cbor.mediaType)])
        guard response.status == 200 else { throw BenchError.server("GET /.well-known/sotto: \(response.status)") }
        return try Card.decode(response.body, in: Self.reading).shard ?? .random()
    }

    private func register(
        _ number: Int, of run: UInt32, in shard: Shard, over connection: HTTPClientConnection
    ) async throws -> BenchAccount {
        let (request, registration) = try Self.request(number, of: run, in: shard)
        let registered = try Registered.decode(
            try await post("/v1/accounts", request, as: nil, over: connection), in: Self.reading)
        return BenchAccount(
            id: registered.account, registration: registration, accessToken: registered.tokens.accessToken)
    }

    private static func request(
        _ number: Int, of run: UInt32, in shard: Shard
    ) throws -> (RegistrationRequest, RegistrationID) {
        let account = AccountID.random(in: shard)
        guard let handle = Handle(text: "bench\(run).\(number)"), let keyID = PreKeyID(1),
            let registration = RegistrationID(UInt32.random(in: RegistrationID.range))
        else { throw BenchError.usage("no such handle") }
        let owner = AccountIdentity()
        let device = DeviceIdentity()
        let list = try VerifiedDeviceList(
            account: account, epoch: 1,
            devices: [
                ListedDevice(device: BenchAccount.device, registration: registration, identity: device.publicKeys)
            ],
            signedBy: owner)
        let preKey = SignedPreKeyPair(.standing, id: keyID, createdAt: WallClock.now(), signedBy: device)
        let lastResort = KEMPreKeyPair(.lastResort, id: keyID, signedBy: device)
        let request = RegistrationRequest(
            handle: handle, account: account, identity: owner.publicKeys.payload, deviceList: list.payload,
            preKeys: PreKeyUpload(
                signedPreKey: preKey.publicKey.payload, kemLastResortPreKey: lastResort.publicKey.payload),
            invite: nil)
        return (request, registration)
    }

    private func post(
        _ target: String, _ record: some WireRecord, as account: BenchAccount?, over connection: HTTPClientConnection
    ) async throws -> [UInt8] {
        var headers = [("Content-Type", WireForm.cbor.mediaType), ("Accept", WireForm.cbor.mediaType)]
        if let account { headers.append(("Authorization", "Bearer \(account.accessToken)")) }
        let response = try await connection.request("POST", target, headers: headers, body: record.encoded(as: .cbor))
        guard (200..<300).contains(response.status) else {
            let problem = try? Problem.decode(response.body, in: Self.reading)
            throw BenchError.server("POST \(target): \(response.status) \(problem.map(String.init(describing:)) ?? "")")
        }
        return response.body
    }
}
