import Crypto
import TestKit
import Transport
import Wire

/// People in every role and state, and what they ask about.
struct AuthorizationWorld {
    let house: House
    private let tokens: [Asker: String]
    private let accounts: [Asker: AccountID]
    /// A member that others act upon.
    let victim: Resident
    private let author: Resident?
    /// What is asked about, where it is asked about.
    var scene: Scene

    /// What a cell is about.
    struct Scene {
        var kind = ConversationKind.group
        var mode = ConversationMode.open
        var conversation = ConversationID.random()
        var seq = SequenceNumber(1 << 40)
        /// Open, of the conversation, uploaded by the author.
        var media = MediaID.random()
        var deleteCapability = Base64URL.encode(RandomBytes.make(byteCount: 32))
        var upload = UploadCapability(RandomBytes.make(byteCount: 32))
        var account = AccountID.random()
        var emoji = EmojiName.random
        var backup = BackupID.random()
        var secret = RandomBytes.make(byteCount: 32)
    }

    /// Opens the victim's backup, and its sealed endpoints.
    private var secret = RandomBytes.make(byteCount: 32)
    private let backup = BackupID.random()

    /// With a secret that opens nothing.
    func withWrongSecret() -> AuthorizationWorld {
        var world = self
        world.secret = RandomBytes.make(byteCount: 32)
        return world
    }

    func token(of asker: Asker) -> String? { tokens[asker] }

    var backupToken: [(String, String)] { [("Backup-Token", Base64URL.encode(secret))] }
    var deliveryToken: [(String, String)] { [("Delivery-Token", Base64URL.encode(secret))] }

    // MARK: Making it

    static let arguments = [
        "requests", "refusals", "registrations", "logins", "claims", "sends", "sealed-requests", "sealed-deliveries",
        "leases", "reports", "device-lists", "sealed-claims",
    ].flatMap { ["--limit-\($0)", "1000000/1000000"] }

    init() async throws {
        house = try await House(arguments: Self.arguments)
        var tokens: [Asker: String] = [.impostor: Base64URL.encode(RandomBytes.make(byteCount: 32))]
        var accounts: [Asker: AccountID] = [:]
        var author: Resident?
        for asker in [Asker.deleted, .stranger, .removed, .member, .author, .admin] {
            let resident = try await house.person("\(asker)")
            (tokens[asker], accounts[asker]) = (resident.token, resident.account)
            if asker == .author { author = resident }
            if asker == .deleted { try await Self.delete(resident, house) }
        }
        let owner = try await house.person("owner")
        (tokens[.owner], accounts[.owner]) = (owner.token, owner.account)
        victim = try await house.person("victim")
        let other = PersonDevice(account: owner.account, number: 2, now: House.now)
        let gone = PersonDevice(account: owner.account, number: 3, now: House.now)
        for (epoch, devices) in [(2, [owner.device, other]), (3, [owner.device, other, gone])] {
            let change = DeviceListChange(
                deviceList: owner.person.list(epoch: UInt64(epoch), devices), preKeys: devices.last?.upload)
            let _: AccountView = try await house.api.call("PUT", "/v1/devices", change, token: owner.token)
        }
        tokens[.otherDevice] = try await house.logIn(other).accessToken
        tokens[.unlinked] = try await house.logIn(gone).accessToken
        let change = DeviceListChange(deviceList: owner.person.list(epoch: 4, [owner.device, other]), preKeys: nil)
        let _: AccountView = try await house.api.call("PUT", "/v1/devices", change, token: owner.token)
        (self.tokens, self.accounts, self.author, scene) = (tokens, accounts, author, Scene())
        try await openVictim()
    }

    private func openVictim() async throws {
        let hash = SHA256.hash(secret)
        let setting = DeliveryTokenSetting(hash: hash)
        let set = try await house.api.send("PUT", Endpoints.setDeliveryToken.target(), setting, token: victim.token)
        guard set.status == 204 else { throw try Tus.problem(set) }
        let upload = BackupUpload(id: backup, tokenHash: hash, blob: [1, 2, 3])
        let put = try await house.api.raw(
            "PUT", Endpoints.putBackup.target(), token: victim.token,
            headers: [("If-None-Match", "*"), ("Content-Type", "application/json")], body: upload.encoded(as: .json))
        guard put.status == 200 else { throw try Tus.problem(put) }
    }

    private static func delete(_ resident: Resident, _ house: House) async throws {
        let admin = APIClient(port: house.server.adminPort)
        let answer = try await admin.raw("DELETE", Endpoints.removeAccount.target(resident.account))
        guard answer.status == 204 else { throw try Tus.problem(answer) }
    }

    /// A new scene: everybody where the matrix wants them to be.
    func withScene(_ kind: ConversationKind, _ mode: ConversationMode) async throws -> AuthorizationWorld {
        var world = self
        world.scene = Scene(kind: kind, mode: mode)
        // Two accounts have one dm, and a mode is for ever.
        let others: [Asker] =
            switch (kind, mode) {
            case (.dm, .open): [.author]
            case (.dm, _): []
            default: [.removed, .member, .author, .admin]
            }
        var members = others.compactMap { accounts[$0] }
        if members.count != 1 { members.append(victim.account) }
        let new = NewConversation(kind: kind, mode: mode, members: members)
        let view: ConversationView = try await world.call(Endpoints.createConversation.facts, "/v1/conversations", new)
        world.scene.conversation = view.conversation
        if kind != .dm { try await world.settle(view.conversation) }
        if kind != .dm || mode == .open { try await world.post(view.conversation, mode) }
        return world
    }

    private func settle(_ conversation: ConversationID) async throws {
        guard let admin = accounts[.admin], let removed = accounts[.removed] else { return }
        try await run(
            Endpoints.changeRole.facts, Endpoints.changeRole.target(conversation, admin), RoleChange(role: .admin))
        try await run(Endpoints.removeMember.facts, Endpoints.removeMember.target(conversation, .other(removed)), nil)
    }

    private mutating func post(_ conversation: ConversationID, _ mode: ConversationMode) async throws {
        let post = PostRequest.some(in: mode)
        let accepted: Accepted = try await call(
            Endpoints.post.facts, Endpoints.post.target(conversation), post, as: .author)
        if let seq = accepted.seq { scene.seq = seq }
    }

    /// With media of the author in the scene.
    func withMedia() async throws -> AuthorizationWorld {
        var world = self
        let tus = Tus(house: house, token: tokens[.author] ?? "")
        let bytes = Array("a file".utf8)
        let place = scene.mode == .open ? [("class", "open"), ("conversation", "\(scene.conversation)")] : []
        let created = try await tus.create(bytes, first: bytes.count, place).created
        world.scene.media = created.media
        world.scene.deleteCapability = created.deleteCapability
        return world
    }

    /// With an emoji of the author.
    func withEmoji() async throws -> AuthorizationWorld {
        guard let author else { return self }
        var world = self
        world.scene.emoji = .random
        let bytes = Fixture.media("rgb.png")
        let media = try await Tus.storeOpen(bytes, [("use", "emoji")], by: author, in: house).media
        try await run(
            Endpoints.addEmoji.facts, Endpoints.addEmoji.target(world.scene.emoji), ImageChoice(media: media),
            as: .author)
        return world
    }

    /// With what the matter is about.
    func with(_ matter: AuthorizationSample.Matter) async throws -> AuthorizationWorld {
        var world = self
        switch matter {
        case .nothing, .conversation: break
        case .media: return try await withMedia()
        case .upload: return try await withUpload()
        case .emoji: return try await withEmoji()
        case .backup: world.scene.backup = backup
        case .recipient: world.scene.account = victim.account
        }
        return world
    }

    /// With an upload of the author that has just begun.
    func withUpload() async throws -> AuthorizationWorld {
        var world = self
        let tus = Tus(house: house, token: tokens[.author] ?? "")
        let upload = try await tus.create(Array("a file".utf8), first: 0)
        let text = String(upload.location.split(separator: "/").last ?? "")
        if let capability = UploadCapability(place: text) { world.scene.upload = capability }
        return world
    }

    // MARK: Asking

    private func run(
        _ endpoint: EndpointFacts, _ target: String, _ body: (any WireRecord)?, as asker: Asker = .owner
    ) async throws {
        let answer = try await house.api.send(endpoint.method.rawValue, target, body, token: tokens[asker])
        guard answer.status == endpoint.status else { throw try Tus.problem(answer) }
    }

    private func call<R: WireRecord>(
        _ endpoint: EndpointFacts, _ target: String, _ body: any WireRecord, as asker: Asker = .owner
    ) async throws -> R {
        try await house.api.call(endpoint.method.rawValue, target, body, token: tokens[asker])
    }
}

extension PostRequest {
    /// A message that fits the mode.
    static func some(in mode: ConversationMode) -> PostRequest {
        switch mode {
        case .open: PostRequest(clientID: .random(), text: "hello")
        case .sealed, .later: PostRequest(clientID: .random(), body: [1, 2, 3])
        }
    }
}

extension EmojiName {
    static var random: EmojiName {
        guard let name = EmojiName(text: "smile_\(UInt32.random(in: 1...(.max)))") else {
            preconditionFailure("a name of a legal length")
        }
        return name
    }
}
