import Glibc
import TestKit
import Testing
import Transport
import Wire

/// A disk that fills up under a running server, and has room again later.
@Suite struct DiskFullTests {
    @Test(
        "a full disk refuses sends clearly, reads go on, and sends resume without a restart",
        .enabled(if: geteuid() == 0, "making a small disk takes root"))
    func full() async throws {
        let folder = try TemporaryFolder()
        let disk = try SmallDisk(at: folder.path + "/disk", byteCount: 12 << 20)
        let server = try ServerProcess(
            dataFolder: disk.path + "/data", arguments: ["--limit-sends", "1000000/1000000", "--disk-floor-bytes", "0"],
            logPath: folder.path + "/server.log")
        let api = APIClient(port: server.port, form: .cbor)
        let (alice, bob) = (Person("alice", now: House.now), Person("bobby", now: House.now))
        let token = try await api.register(alice).tokens.accessToken
        let bobToken = try await api.register(bob).tokens.accessToken
        try disk.fill(leaving: 3 << 20)

        var acceptedIDs: [MessageID] = []
        var refused: Problem?
        while refused == nil, acceptedIDs.count < 200 {
            do { acceptedIDs.append(try await send(api, to: bob, token)) } catch { refused = error as? Problem }
        }
        #expect(refused?.code == .storageFull)
        #expect(!acceptedIDs.isEmpty)
        let page: Page<Envelope> = try await api.call("GET", "/v1/messages?limit=2", token: bobToken)
        #expect(!page.items.isEmpty, "reads go on")
        let socket = try await FrameSocket(port: server.port, token: bobToken)
        _ = try await socket.backlog()
        let typing = SendRequest(clientID: .random(), copies: [bob.device.copy([1])], isEphemeral: true)
        let passed: Accepted = try await api.call("POST", "/v1/messages/\(bob.account)", typing, token: token)
        #expect(passed.id == MessageID(0))
        let signal = try await socket.first { (frame) -> Envelope? in
            guard case .envelope(let envelope) = frame, envelope.number == nil else { return nil }
            return envelope
        }
        #expect(signal.body == [1], "what is of the moment needs no disk")
        let admin = APIClient(port: server.adminPort)
        #expect(try await admin.raw("GET", "/healthz").status == 200)

        disk.empty()
        // The store notices by itself that there is room; how soon is its own affair.
        let isBack = try await eventually {
            guard let id = try? await send(api, to: bob, token) else { return false }
            acceptedIDs.append(id)
            return true
        }
        #expect(isBack, "sends resume without a restart")
        var stored: [MessageID] = []
        while true {
            let page: Page<Envelope> = try await api.call(
                "GET", "/v1/messages?limit=5&after=\(stored.count)", token: bobToken)
            if page.items.isEmpty { break }
            stored += page.items.map(\.id)
        }
        #expect(stored == acceptedIDs, "what was accepted is there, and nothing else")
        #expect(server.stop() == 0)
    }

    private func send(_ api: APIClient, to person: Person, _ token: String) async throws -> MessageID {
        let body = [UInt8](repeating: 7, count: 200_000)
        let request = SendRequest(clientID: .random(), copies: [person.device.copy(body)])
        return try await api.call("POST", "/v1/messages/\(person.account)", request, token: token, as: Accepted.self).id
    }
}

/// A file system of a few megabytes that goes with this value.
final class SmallDisk: Sendable {
    let path: String

    init(at path: String, byteCount: Int) throws {
        self.path = path
        guard mkdir(path, 0o700) == 0, mount("tmpfs", path, "tmpfs", 0, "size=\(byteCount)") == 0 else {
            throw ServerProcess.Failure(description: "no small disk: \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
        rmdir(path)
    }

    private var filler: String { path + "/filler" }

    /// Takes all the room but so much.
    func fill(leaving byteCount: UInt64) throws {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw ServerProcess.Failure(description: "no statvfs") }
        let free = UInt64(status.f_bavail) * UInt64(status.f_bsize)
        let file = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(file) }
        guard free > byteCount, posix_fallocate(file, lseek(file, 0, SEEK_END), off_t(free - byteCount)) == 0 else {
            throw ServerProcess.Failure(description: "cannot fill the disk")
        }
    }

    /// Cut first: a child that was just forked may hold the file a while longer.
    func empty() {
        truncate(filler, 0)
        unlink(filler)
    }
}
