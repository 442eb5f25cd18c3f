import Glibc
import TestKit
import Testing
import Transport
import Wire

@testable import Client

/// Files whose sender dies, whose server dies, and whose answers are lost: each arrives once, whole.
@Suite(.serialized) struct FileCrashTests {
    private static let bob = "bob"

    /// A server, somebody who is sent files, and a file.
    private struct Scene {
        let house: House
        let bob: Phone
        let folder: TemporaryFolder
        let bytes: [UInt8]
        let handle: Handle
        var path: String { folder.path + "/file" }

        init(_ byteCount: Int) async throws {
            house = try await House(arguments: ["--limit-requests", "1000000/1000000"])
            bob = try await Phone(house, as: FileCrashTests.bob)
            folder = try TemporaryFolder()
            bytes = Tus.bytes(byteCount)
            try TextFile.write(bytes, to: folder.path + "/file")
            handle = try #require(Handle(text: FileCrashTests.bob))
        }

        /// What an app does after a crash: what has a line already is not sent again.
        func send(_ caption: String, from phone: Phone) async throws {
            if try await phone.account.history().contains(where: { $0.text == caption }) {
                await phone.outbox.sendAll()
            } else {
                try await phone.chats.send(file: path, caption: caption, to: handle)
            }
        }

        /// Bob has exactly these, in that order, each with the bytes of the file.
        func expectArrived(_ captions: [String]) async throws {
            try await bob.fetch()
            #expect(try await bob.received() == captions)
            for entry in try await bob.history() where entry.file != nil {
                let out = "\(folder.path)/out-\(entry.number)"
                try await bob.media.download(fileOf: entry.id, to: out)
                #expect(TextFile.bytes(out) == bytes)
                unlink(out)
            }
        }
    }

    private func mortal(_ scene: Scene, _ name: String, then fate: Fate = Fate()) async throws -> Phone {
        let phone = try await Phone(scene.house, fate: Fate())
        try await phone.register(name)
        try await phone.restart(fate)
        return phone
    }

    @Test("a sender that dies at any write has sent its file once", arguments: [false, true])
    func writes(isLastWriteDone: Bool) async throws {
        let scene = try await Scene(150_000)
        var captions: [String] = []
        let count = try await Fate.everyPoint { (point) in
            let fate = Fate(writes: point, isLastWriteDone: isLastWriteDone)
            let phone = try await mortal(scene, "alice-\(point)", then: fate)
            try? await scene.send("\(point)", from: phone)
            try await phone.restart()
            try await scene.send("\(point)", from: phone)
            #expect(phone.spools.isEmpty, "\(point)")
            #expect(try await phone.outbox.lines().isEmpty)
            #expect(try await phone.account.history().map(\.progress) == [.accepted])
            captions.append("\(point)")
            return fate.hasStruck
        }
        try await scene.expectArrived(captions)
        // The contact, the file, the upload, the message, its session, its end.
        #expect(count >= 6)
    }

    @Test("an answer that is lost costs nothing, also when the sender dies with it", arguments: [false, true])
    func answers(endsWithAnswer: Bool) async throws {
        // Two requests' worth.
        let scene = try await Scene(5_000_000)
        var captions: [String] = []
        let count = try await Fate.everyPoint { (point) in
            let fate = Fate(answers: point, endsWithAnswer: endsWithAnswer)
            let phone = try await mortal(scene, "alice-\(point)", then: fate)
            try? await scene.send("\(point)", from: phone)
            if endsWithAnswer { try await phone.restart() }
            try await scene.send("\(point)", from: phone)
            #expect(phone.spools.isEmpty, "\(point): \(fate.requests)")
            #expect(try await phone.account.history().map(\.progress) == [.accepted])
            captions.append("\(point)")
            return fate.hasStruck
        }
        try await scene.expectArrived(captions)
        // The handle, the upload, two pieces, its end, the keys, the message.
        #expect(count >= 7)
    }

    @Test("an upload goes on from where the server has it when the server was killed in the middle")
    func serverKilled() async throws {
        let scene = try await Scene(9_000_000)
        let fate = Fate()
        let phone = try await mortal(scene, "alice", then: fate)
        let server = scene.house.server
        fate.beforeRequest = { (request) in
            guard request.method == "PATCH", request.headers.contains(where: { $0 == ("Upload-Offset", "4194304") })
            else { return }
            server.kill()
            fate.die()
        }
        let error = await #expect(throws: SottoError.self) { try await scene.send("x", from: phone) }
        #expect(error?.code == "queued")
        let again = try await House(folder: scene.house.folder)
        let next = Fate()
        try await phone.restart(next, at: again)
        #expect(try await phone.account.history().map(\.progress) == [.uploading])
        let seen = Guarded<[FileProgress]>([])
        await phone.outbox.watchFiles { (_, progress) in seen.withLock { $0.append(progress) } }
        await phone.outbox.sendAll()
        #expect(next.requests.filter { $0.hasPrefix("PATCH") }.count == 2, "\(next.requests)")
        #expect(!next.requests.contains("POST /v1/media/uploads"))
        let progress = seen.withLock { $0 }
        #expect(progress.first?.doneByteCount == 4_194_304 && progress.last?.doneByteCount == progress.last?.byteCount)
        #expect(progress.map(\.doneByteCount) == progress.map(\.doneByteCount).sorted())
        let bob = try await Phone(again, after: scene.bob)
        try await bob.fetch()
        let out = scene.folder.path + "/out"
        try await bob.media.download(fileOf: try await bob.only(1), to: out)
        #expect(TextFile.bytes(out) == scene.bytes)
    }

    @Test("an upload that the server has forgotten begins anew from the same sealed bytes")
    func expired() async throws {
        let scene = try await Scene(5_000_000)
        let fate = Fate(answers: 3, endsWithAnswer: true)
        let phone = try await mortal(scene, "alice", then: fate)
        try? await scene.send("x", from: phone)
        #expect(fate.requests.last?.hasPrefix("PATCH") == true, "\(fate.requests)")
        let next = Fate()
        try await phone.restart(next)
        let transfer = try #require(try await phone.kept(.transfer(1)))
        let upload = try #require(transfer.upload)
        #expect(try await scene.house.api.raw("DELETE", upload.upload, headers: [Tus.version]).status == 204)
        // What it was sealed from is not looked at again.
        try TextFile.write([1, 2, 3], to: scene.path)
        await phone.outbox.sendAll()
        #expect(next.requests.filter { $0 == "POST /v1/media/uploads" }.count == 1, "\(next.requests)")
        try await scene.expectArrived(["x"])
    }

    @Test("an upload that ended well and is forgotten is not made again")
    func forgotten() async throws {
        let scene = try await Scene(100_000)
        let alice = try await Phone(scene.house, as: "alice", isDoubtful: true)
        let asked = Guarded<[String]>([])
        alice.change = { (path, answer) in
            asked.withLock { $0.append(path) }
            if path.hasSuffix("/complete") {
                let problem = Problem(.notFound, "No such upload.")
                answer = .init(status: 404, mediaType: "application/cbor", body: problem.encoded(as: .cbor))
            }
        }
        try await alice.chats.send(file: scene.path, caption: "x", to: scene.handle)
        #expect(asked.withLock { $0.filter { $0 == "/v1/media/uploads" }.count } == 1)
        try await scene.expectArrived(["x"])
    }

    @Test("a server that says it has other bytes is sent them a few times, and then the line says so")
    func mismatch() async throws {
        let scene = try await Scene(100_000)
        let alice = try await Phone(scene.house, as: "alice", isDoubtful: true)
        let created = Guarded(0)
        alice.change = { (path, answer) in
            if path == "/v1/media/uploads" { created.withLock { $0 += 1 } }
            guard path.hasPrefix("/v1/media/uploads/"), answer.status == 204 else { return }
            let problem = Problem(.mediaHashMismatch, "Other bytes.")
            answer = .init(status: 422, mediaType: "application/cbor", body: problem.encoded(as: .cbor))
        }
        let error = await #expect(throws: SottoError.self) {
            try await alice.chats.send(file: scene.path, caption: "x", to: scene.handle)
        }
        #expect(error?.code == "media-hash-mismatch")
        #expect(created.withLock { $0 } == 3)
        let line = try #require(try await alice.account.history().last)
        #expect(line.progress == .refused && line.problem == .mediaHashMismatch)
        alice.change = { _, _ in }
        try await alice.send("after", to: Self.bob)
        try await scene.expectArrived(["after"])
    }

    @Test("a file that the server puts off keeps no other one back")
    func putOff() async throws {
        let scene = try await Scene(100_000)
        let alice = try await Phone(scene.house, as: "alice", isDoubtful: true)
        alice.change = { (path, answer) in
            guard path == "/v1/media/uploads" else { return }
            answer = .init(status: 400, mediaType: "text/html", body: [])
        }
        for caption in ["first", "second"] {
            await #expect(throws: SottoError(.unexpectedAnswer(status: 400))) {
                try await alice.chats.send(file: scene.path, caption: caption, to: scene.handle)
            }
        }
        #expect(try await alice.outbox.files().count == 2)
        let count = Guarded(0)
        alice.change = { (path, answer) in
            guard path == "/v1/media/uploads", count.withLock({ (count) in
                count += 1
                return count == 1
            }) else { return }
            answer = .init(status: 400, mediaType: "text/html", body: [])
        }
        await alice.outbox.sendAll()
        #expect(try await alice.outbox.files().count == 1)
        await alice.outbox.sendAll()
        try await scene.expectArrived(["second", "first"])
    }

    @Test("a spool that has changed or gone ends its own line in words, and nothing else", arguments: [false, true])
    func damagedSpool(isGone: Bool) async throws {
        let scene = try await Scene(5_000_000)
        let phone = try await mortal(scene, "alice", then: Fate(answers: 3, endsWithAnswer: true))
        try? await scene.send("x", from: phone)
        let spool = try #require(phone.spools.first)
        try await phone.restart {
            guard !isGone else { return #expect(unlink(spool) == 0) }
            let descriptor = open(spool, O_RDWR | O_CLOEXEC)
            defer { close(descriptor) }
            var zeros: [UInt8] = [0, 0, 0, 0]
            #expect(pwrite(descriptor, &zeros, 4, 4_900_000) == 4)
        }
        await phone.outbox.sendAll()
        let line = try #require(try await phone.account.history().last)
        #expect(line.progress == .refused && line.fileFailure == .damaged)
        #expect(phone.spools.isEmpty)
        #expect(try await phone.outbox.files().isEmpty)
        try await phone.sendAll(["after"], to: Self.bob)
        try await scene.expectArrived(["after"])
        #expect(scene.house.mediaFiles.isEmpty, "nor is anything left at the server")
    }

    @Test("a spool that no record knows goes at the next start, and nothing else does")
    func unknownSpools() async throws {
        let scene = try await Scene(1_000)
        let folder = try TemporaryFolder()
        let phone = try await Phone(scene.house, fate: Fate(), folder: folder)
        try await phone.register("alice")
        // Two requests: the creation, and the bytes, which are lost.
        try await phone.restart(Fate(answers: 2, endsWithAnswer: true))
        try? await scene.send("x", from: phone)
        #expect(phone.spools.count == 1)
        let others = ["spool-\(MediaID.random())", "spool", "spool-x", "spool-\(MediaID.random())x"]
        try await phone.restart { for name in others { try TextFile.write([1], to: folder.path + "/account/" + name) } }
        #expect(access("\(folder.path)/account/\(others[0])", F_OK) != 0)
        #expect(others[1...].allSatisfy { access("\(folder.path)/account/\($0)", F_OK) == 0 })
        await phone.outbox.sendAll()
        try await scene.expectArrived(["x"])
    }

    @Test(
        "a disk that is full while a file is sealed costs that file alone",
        .enabled(if: geteuid() == 0, "making a small disk takes root"))
    func diskFull() async throws {
        let scene = try await Scene(5_000_000)
        let folder = try TemporaryFolder()
        let disk = try SmallDisk(at: folder.path + "/disk", byteCount: 12 << 20)
        let server = try #require(ServerAddress("http://127.0.0.1:\(scene.house.server.port)"))
        let network = SottoNetwork()
        defer { network.shutdown() }
        let client = try await Account.open(
            SottoConfiguration(folder: disk.path + "/alice", server: server), key: .keyFile, over: network)
        try await client.register(handle: try #require(Handle(text: "alice")))
        try disk.fill(leaving: 3 << 20)
        await #expect(throws: SottoError(.store(.diskFull))) {
            try await client.chats.send(file: scene.path, caption: "x", to: scene.handle)
        }
        #expect(try await client.history().isEmpty)
        try await client.chats.send("meanwhile", to: scene.handle)
        disk.empty()
        try await client.chats.send(file: scene.path, caption: "y", to: scene.handle)
        try await scene.expectArrived(["meanwhile", "y"])
        await client.close()
    }
}
