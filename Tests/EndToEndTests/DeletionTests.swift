import Crypto
import Glibc
import Keys
import TestKit
import Testing
import Transport
import Wire

/// An account that goes, on a real server: what is left of it on the disk.
@Suite(.serialized, .timeLimit(.minutes(10))) struct DeletionTests {
    private struct Failure: Error {}

    /// What the sqlite3 program answers, row by row.
    static func sqlite(_ house: House, _ sql: String) throws -> [String] {
        let folder = try TemporaryFolder()
        let output = folder.path + "/answer"
        guard system("sqlite3 -readonly '\(house.folder.path)/data/sotto.db' \"\(sql)\" > '\(output)'") == 0 else {
            throw Failure()
        }
        return TextFile.read(output).split(separator: "\n").map(String.init)
    }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
    }

    /// Every value of every table that holds the account's id or its handle, as `table.column`.
    static func places(of person: Person, in house: House) throws -> Set<String> {
        let columns = try sqlite(
            house,
            "SELECT m.name || '.' || p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p "
                + "WHERE m.type = 'table'")
        let id = person.account.bytes
        var little: [UInt8] = []
        for half in [id.high, id.low] { withUnsafeBytes(of: half.littleEndian) { little += $0 } }
        let forms = [id.array, little, Array(person.account.description.utf8), Array(person.handle.text.utf8)]
        var found: Set<String> = []
        for column in columns {
            let parts = column.split(separator: ".")
            let test = forms.map { "instr(CAST(\(parts[1]) AS BLOB), x'\(hexadecimal($0))') > 0" }
            let count = try sqlite(house, "SELECT count(*) FROM \(parts[0]) WHERE \(test.joined(separator: " OR "))")
            if count != ["0"] { found.insert(column) }
        }
        return found
    }

    private func order(
        _ house: House, _ resident: Resident, signedBy identity: borrowing AccountIdentity, as device: DeviceID? = nil
    ) async throws -> AccountDeletionRequest {
        let address = DeviceAddress(account: resident.account, device: device ?? resident.device.address.device)
        let challenge: Challenge = try await house.api.call(
            "POST", "/v1/auth/challenge", ChallengeRequest(account: address.account, device: address.device))
        let order = try #require(
            AccountDeletion(
                serverName: challenge.serverName, challenge: try LoginChallenge(challenge.challenge),
                address: address))
        return AccountDeletionRequest(
            challenge: challenge.challenge, signature: order.signed(by: identity).bytes)
    }

    private func delete(
        _ house: House, _ request: AccountDeletionRequest, token: String
    ) async throws -> (status: Int, code: ProblemCode?) {
        let answer = try await house.api.send("DELETE", "/v1/accounts/me", request, token: token)
        return (answer.status, try? Tus.problem(answer).code)
    }

    /// Waits until the server says so often that it has worked off deleted accounts.
    private func waitForErasure(_ house: House, times: Int = 1) async throws {
        while house.server.log.split(separator: "accounts.erased").count <= times {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(house.mediaFiles.isEmpty)
    }

    @Test("no other signature, no challenge of a login and no revoked token deletes; the right one does, once")
    func proof() async throws {
        let house = try await House()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let api = house.api
        let foreign = try await order(house, alice, signedBy: bob.person.identity)
        #expect(try await delete(house, foreign, token: alice.token) == (422, .badSignature))
        let good = try await order(house, alice, signedBy: alice.person.identity)
        #expect(try await delete(house, good, token: bob.token) == (422, .badSignature), "of another account")
        var spent = try await house.signedChallenge(alice.device)
        let _: TokenPair = try await api.call("POST", "/v1/auth/token", TokenRequest(signed: spent))
        let deletion = try #require(
            AccountDeletion(
                serverName: "localhost", challenge: try LoginChallenge(spent.challenge),
                address: alice.device.address))
        spent.signature = deletion.signed(by: alice.person.identity).bytes
        let reused = AccountDeletionRequest(challenge: spent.challenge, signature: spent.signature)
        #expect(try await delete(house, reused, token: alice.token) == (422, .badSignature), "used up by the login")
        let bare = try await api.raw("DELETE", "/v1/accounts/me", token: alice.token)
        #expect(bare.status == 400)
        // Logged out, the same device may sign what it will.
        let fresh = try await house.logIn(alice.device)
        #expect(try await api.raw("DELETE", "/v1/auth/token", token: fresh.accessToken).status == 204)
        let late = try await order(house, alice, signedBy: alice.person.identity)
        #expect(try await delete(house, late, token: fresh.accessToken) == (401, .unauthenticated))
        #expect(try await delete(house, late, token: alice.token) == (204, nil), "a refused caller spends nothing")
        #expect(try await delete(house, late, token: alice.token) == (401, .unauthenticated))
        await #expect(throws: Problem.self) { try await house.logIn(alice.device) }
        for path in ["/v1/accounts/\(alice.account)", "/v1/handles/alice"] {
            #expect(try await api.raw("GET", path, token: bob.token).status == 404)
        }
        let namesake = Person("alice", now: House.now)
        for (person, code) in [(alice.person, ProblemCode.accountTaken), (namesake, .handleTaken)] {
            let refused = try await api.send("POST", "/v1/accounts", person.registration())
            #expect(try Tus.problem(refused).code == code)
        }
        let send = SendRequest(clientID: .random(), copies: [alice.device.copy([1])])
        let unsent = try await api.send("POST", "/v1/messages/\(alice.account)", send, token: bob.token)
        #expect(try Tus.problem(unsent).code == .notFound)
        let terminal = try Terminal(house)
        let url = "http://127.0.0.1:\(house.server.port)"
        #expect(try terminal.run("key-log", "audit", "--server", url).status == 0)
    }

    /// An account with two devices and all that a server can hold of one.
    private func furnish(_ house: House, _ alice: Resident, with bob: Resident) async throws -> ConversationID {
        let api = house.api
        let tablet = PersonDevice(account: alice.account, number: 2, now: House.now)
        let change = DeviceListChange(
            deviceList: alice.person.list(epoch: 2, [alice.device, tablet]), preKeys: tablet.upload)
        let _: AccountView = try await api.call("PUT", "/v1/devices", change, token: alice.token)
        let secret = RandomBytes.make(byteCount: 32)
        _ = try await api.send(
            "PUT", "/v1/delivery-token", DeliveryTokenSetting(hash: SHA256.hash(secret)), token: alice.token)
        let backup = BackupUpload(id: .random(), tokenHash: SHA256.hash(secret), blob: Tus.bytes(9_000))
        let stored = try await api.raw(
            "PUT", "/v1/backup", token: alice.token,
            headers: [("If-None-Match", "*"), ("Content-Type", "application/json")], body: backup.encoded(as: .json))
        #expect(stored.status == 200)
        func town(_ name: String, _ members: [AccountID]) async throws -> ConversationID {
            let request = NewConversation(kind: .channel, mode: .open, name: name, members: members)
            let view: ConversationView = try await api.call("POST", "/v1/conversations", request, token: alice.token)
            return view.conversation
        }
        let (shared, lonely) = (try await town("shared", [bob.account]), try await town("lonely", []))
        for conversation in [shared, lonely] {
            for index in 0..<5 {
                let post = PostRequest(clientID: .random(), text: "secret of alice, \(index)")
                _ = try await api.send("POST", "/v1/conversations/\(conversation)/messages", post, token: alice.token)
            }
        }
        let send = SendRequest(
            clientID: .random(), copies: [alice.device.copy([1, 2, 3]), tablet.copy([4, 5, 6])])
        #expect(try await api.send("POST", "/v1/messages/\(alice.account)", send, token: bob.token).status == 200)
        let uploader = Tus(house: house, token: alice.token)
        let socket = try await house.socket(alice)
        for (index, lifetime) in ["default", "pinned"].enumerated() {
            let media = try await uploader.store(Tus.bytes(70_000 + index), [("lifetime", lifetime)]).media
            if index == 0 {
                let lease = LeaseRequest(lease: Tus.bytes(32), seconds: 86_400)
                let _: MediaInfo = try await api.call("PUT", "/v1/media/\(media)/lease", lease, token: bob.token)
            }
        }
        _ = try await uploader.create(Tus.bytes(200_000), first: 100_000)
        let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
        let picture = TextFile.bytes(root + "/fixtures/media/progressive.jpg")
        _ = try await uploader.creation(
            of: picture.count, [("class", "open"), ("conversation", "\(shared)")], first: picture)
        _ = try await socket.first { (frame) -> Bool? in
            guard case .notice(let notice) = frame, notice.topic == .media else { return nil }
            return true
        }
        return shared
    }

    @Test("of an account with two devices, files, conversations and a backup, the disk keeps what the page says")
    func disk() async throws {
        var house = try await House()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let shared = try await furnish(house, alice, with: bob)
        #expect(house.mediaFiles.count >= 5, "two sealed, one unfinished, one open with thumbnails")
        let before = try Self.places(of: alice.person, in: house)
        #expect(before.isSuperset(of: ["account.account", "device.account", "media.account", "backup.account"]))
        let socket = try await house.socket(alice)
        let request = try await order(house, alice, signedBy: alice.person.identity)
        #expect(try await delete(house, request, token: alice.token).status == 204)
        #expect(await socket.closeCode() == CloseCode.accountDeleted.rawValue)
        try await waitForErasure(house)
        let view: ConversationView = try await house.api.call("GET", "/v1/conversations/\(shared)", token: bob.token)
        #expect(view.role == .owner && view.memberCount == 1)
        #expect(house.server.stop() == 0)
        // Posts in the shared conversation, and nothing else, hold the bare id.
        #expect(try Self.places(of: alice.person, in: house) == ["entry_record.record"])
        #expect(try Self.sqlite(house, "SELECT count(*) FROM tombstone") == ["1"])
        for table in ["doomed_account", "doomed_blob", "media", "thumbnail", "lease", "backup", "removed_log", "queue"]
        {
            #expect(try Self.sqlite(house, "SELECT count(*) FROM \(table)") == ["0"], "\(table)")
        }
        for table in ["account", "device", "conversation", "standing_prekeys"] {
            #expect(try Self.sqlite(house, "SELECT count(*) FROM \(table)") == ["1"], "\(table): bob's")
        }
        let text = Self.hexadecimal("secret of alice".utf8)
        #expect(
            try Self.sqlite(house, "SELECT count(*) FROM entry_record WHERE instr(record, x'\(text)') > 0") == ["5"],
            "those that bob reads, and not those of the conversation that went")
        house = try await House(folder: house.folder)
        #expect(house.mediaFiles.isEmpty)
        let page: LogPage = try await house.api.call(
            "GET", "/v1/conversations/\(shared)/messages", token: bob.token)
        #expect(page.items.count == 9 && page.items.last?.event == .memberRemoved(.init(account: alice.account)))
        let terminal = try Terminal(house)
        #expect(try terminal.run("key-log", "audit", "--server", "http://127.0.0.1:\(house.server.port)").status == 0)
    }

    @Test("killed right after the answer, a server goes on at its next start until nothing is left")
    func killed() async throws {
        var house = try await House()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        _ = try await furnish(house, alice, with: bob)
        let request = try await order(house, alice, signedBy: alice.person.identity)
        #expect(try await delete(house, request, token: alice.token).status == 204)
        house.server.kill()
        house = try await House(folder: house.folder)
        // How far it had come when it was killed is not known.
        while !house.mediaFiles.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        let refused = try await house.api.send("POST", "/v1/accounts", alice.person.registration())
        #expect(try Tus.problem(refused).code == .accountTaken)
        while true {
            #expect(house.server.stop() == 0)
            if try Self.sqlite(house, "SELECT count(*) FROM doomed_account") == ["0"] { break }
            house = try await House(folder: house.folder)
        }
        #expect(try Self.places(of: alice.person, in: house) == ["entry_record.record"])
    }

    @Test("whoever runs the server deletes by id or by handle, without a signature")
    func admin() async throws {
        let house = try await House()
        let admin = APIClient(port: house.server.adminPort)
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        #expect(try await admin.raw("DELETE", "/admin/v1/accounts/\(alice.account)").status == 204)
        #expect(try await admin.raw("DELETE", "/admin/v1/accounts/\(alice.account)").status == 404)
        #expect(try await admin.raw("DELETE", "/admin/v1/accounts/me").status == 404)
        #expect(try await admin.raw("DELETE", "/admin/v1/handles/bobby").status == 204)
        #expect(try await admin.raw("DELETE", "/admin/v1/handles/bobby").status == 404)
        for token in [alice.token, bob.token] {
            #expect(try await house.api.raw("GET", "/v1/devices", token: token).status == 401)
        }
        #expect(try await house.api.raw("DELETE", "/admin/v1/handles/carol").status == 404, "not at the clients' port")
        try await waitForErasure(house)
    }
}
