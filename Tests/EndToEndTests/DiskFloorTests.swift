import Crypto
import Glibc
import TestKit
import Testing
import Transport
import Wire

/// A disk that fills up step by step under a running server.
@Suite("The floor of free space", .timeLimit(.minutes(10))) struct DiskFloorTests {
    private static let floor: UInt64 = 64 << 20

    /// What a server on a small disk is asked.
    private struct Scene {
        let server: ServerProcess
        let api: APIClient
        let alice = Person("alice", now: House.now)
        let bob = Person("bobby", now: House.now)
        var aliceTokens: TokenPair
        var bobTokens: TokenPair
        var town: ConversationID
        var posted: SequenceNumber

        init(_ disk: SmallDisk, log: String) async throws {
            server = try ServerProcess(
                dataFolder: disk.path + "/data", arguments: ["--disk-floor-bytes", "\(DiskFloorTests.floor)"],
                logPath: log)
            api = APIClient(port: server.port)
            aliceTokens = try await api.register(alice).tokens
            bobTokens = try await api.register(bob).tokens
            let new = NewConversation(kind: .group, mode: .open, name: "town", members: [bob.account])
            let view: ConversationView = try await api.call(
                "POST", "/v1/conversations", new, token: aliceTokens.accessToken)
            town = view.conversation
            let first: Accepted = try await api.call(
                "POST", "/v1/conversations/\(town)/messages", PostRequest(clientID: .random(), text: "first"),
                token: aliceTokens.accessToken)
            posted = try #require(first.seq)
        }

        var upload: Int {
            get async throws {
                try await api.raw(
                    "POST", "/v1/media/uploads", token: aliceTokens.accessToken,
                    headers: [
                        Tus.version, ("Upload-Length", "5"),
                        ("Upload-Metadata", Tus.metadata([("sha256", Tus.hexadecimal(SHA256.hash([1])))])),
                    ]
                ).status
            }
        }

        var post: Int {
            get async throws {
                try await api.send(
                    "POST", "/v1/conversations/\(town)/messages", PostRequest(clientID: .random(), text: "more"),
                    token: aliceTokens.accessToken
                ).status
            }
        }

        var send: Int {
            get async throws {
                let request = SendRequest(
                    clientID: .random(), copies: [bob.device.copy([UInt8](repeating: 7, count: 1_000))])
                return try await api.send(
                    "POST", "/v1/messages/\(bob.account)", request, token: aliceTokens.accessToken
                ).status
            }
        }

        /// Waits for the server to say what it refuses.
        func isTold(_ words: String) async throws -> Bool {
            try await eventually {
                server.log.split(separator: "\n").last { $0.contains("\"disk.") }?.contains(words) == true
            }
        }
    }

    @Test(
        "uploads, then open posts, then messages are refused; at zero free bytes what makes room goes through",
        .enabled(if: geteuid() == 0, "making a small disk takes root"))
    func steps() async throws {
        let folder = try TemporaryFolder()
        let disk = try SmallDisk(at: folder.path + "/disk", byteCount: 320 << 20)
        var scene = try await Scene(disk, log: folder.path + "/server.log")
        let tablet = PersonDevice(account: scene.alice.account, number: 2, now: House.now)
        let linked = DeviceListChange(
            deviceList: scene.alice.list(epoch: 2, [scene.alice.device, tablet]), preKeys: tablet.upload)
        #expect(
            try await scene.api.send("PUT", "/v1/devices", linked, token: scene.aliceTokens.accessToken).status == 200)
        #expect(try await [scene.upload, scene.post] == [201, 200])
        let request = SendRequest(clientID: .random(), copies: [scene.bob.device.copy([1])])
        let accepted: Accepted = try await scene.api.call(
            "POST", "/v1/messages/\(scene.bob.account)", request, token: scene.aliceTokens.accessToken)
        #expect(!accepted.isReplay)

        try disk.fill(leaving: Self.floor / 4 * 3)
        #expect(try await scene.isTold("\"files\""))
        #expect(try await [scene.upload, scene.post, scene.send] == [507, 200, 200])

        try disk.fill(leaving: Self.floor / 8 * 3)
        #expect(try await scene.isTold("\"posts\""))
        #expect(try await [scene.upload, scene.post, scene.send] == [507, 507, 200])

        try disk.fill(leaving: 0)
        #expect(try await scene.isTold("\"messages\""))
        #expect(try await [scene.upload, scene.post, scene.send] == [507, 507, 507])
        let refused = try await scene.api.raw("GET", "/v1/messages", token: scene.bobTokens.accessToken)
        #expect(refused.status == 200, "reads go on")
        try await makeRoom(&scene)

        disk.empty()
        #expect(try await scene.isTold("disk.room"))
        #expect(try await [scene.post, scene.send] == [200, 200])
        // The place for files looks at the disk for itself, once a second.
        var upload = 507
        _ = try await eventually {
            upload = try await scene.upload
            return upload != 507
        }
        #expect(upload == 201)
        #expect(scene.server.stop() == 0)
    }

    /// What has to go through on a full disk.
    private func makeRoom(_ scene: inout Scene) async throws {
        let api = scene.api
        for _ in 0..<20 {
            let refresh = TokenRequest(refreshToken: scene.bobTokens.refreshToken)
            scene.bobTokens = try await api.call("POST", "/v1/auth/token", refresh)
        }
        let page: Page<Envelope> = try await api.call("GET", "/v1/messages", token: scene.bobTokens.accessToken)
        let through = try #require(page.items.last?.number)
        let token = scene.aliceTokens.accessToken
        let unlinked = DeviceListChange(deviceList: scene.alice.list(epoch: 3, [scene.alice.device]))
        var statuses = [
            try await api.send(
                "POST", "/v1/messages/delivered", Delivered(through: through), token: scene.bobTokens.accessToken
            ).status,
            try await api.raw(
                "DELETE", "/v1/conversations/\(scene.town)/messages/\(scene.posted)", token: token
            ).status,
        ]
        #expect(try await api.send("PUT", "/v1/devices", unlinked, token: token).status == 200)
        statuses += [
            try await api.raw(
                "DELETE", "/v1/conversations/\(scene.town)/members/\(scene.bob.account)", token: token
            ).status,
            try await api.raw("DELETE", "/v1/auth/token", token: scene.bobTokens.accessToken).status,
        ]
        #expect(statuses == [204, 204, 204, 204])
        let login = try await api.logIn(scene.bob.device)
        scene.bobTokens = login
        let after: Page<Envelope> = try await api.call("GET", "/v1/messages", token: login.accessToken)
        #expect(after.items.isEmpty)
    }
}
