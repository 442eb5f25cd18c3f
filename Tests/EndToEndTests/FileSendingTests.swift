import Glibc
import TestKit
import Testing
import Transport
import Wire

@testable import Client

/// What waits while a file is sent: others, and the file itself.
@Suite(.serialized) struct FileSendingTests {
    private static let bob = "bob"

    private func file(_ folder: TemporaryFolder, _ byteCount: Int = 10_000) throws -> String {
        try TextFile.write(Tus.bytes(byteCount), to: folder.path + "/file")
        return folder.path + "/file"
    }

    @Test("a message does not wait for a file that was taken before it; who gets both sees what was accepted first")
    func messageMeanwhile() async throws {
        let house = try await House()
        let bob = try await Phone(house, as: Self.bob)
        let folder = try TemporaryFolder()
        let path = try file(folder)
        let handle = try #require(Handle(text: Self.bob))
        let fate = Fate()
        let phone = try await Phone(house, fate: fate)
        try await phone.register("alice")
        let isAsked = Guarded(false)
        fate.beforeRequest = { [client = phone.account] (request) in
            guard request.method == "PATCH", !isAsked.withLock({ $0 }) else { return }
            isAsked.withLock { $0 = true }
            let sent = try? await client.chats.send("meanwhile", to: handle)
            #expect(sent?.progress == .accepted)
        }
        let sent = try await phone.chats.send(file: path, caption: "file", to: handle)
        #expect(sent.number == 1 && sent.progress == .accepted)
        #expect(try await phone.account.history().map(\.text) == ["file", "meanwhile"])
        try await bob.fetch()
        #expect(try await bob.received() == ["meanwhile", "file"])
    }

    @Test("files wait up to a number and a size, and the next one is refused in words", arguments: [2, 3])
    func bounds(filesMax: Int) async throws {
        let house = try await House()
        let bob = try await Phone(house, as: Self.bob)
        let folder = try TemporaryFolder()
        let path = try file(folder, 100_000)
        let handle = try #require(Handle(text: Self.bob))
        let fate = Fate()
        let phone = try await Phone(house, fate: fate) {
            $0.waitingFilesMax = filesMax
            $0.waitingFileBytesMax = 250_000
        }
        try await phone.register("alice")
        _ = try await phone.safety.safetyNumber(with: handle)
        fate.isOffline = true
        for number in 1...2 {
            let error = await #expect(throws: SottoError.self) {
                try await phone.chats.send(file: path, caption: "\(number)", to: handle)
            }
            #expect(error?.code == "queued")
        }
        await #expect(throws: SottoError(.file(.tooManyWaiting))) {
            try await phone.chats.send(file: path, caption: "3", to: handle)
        }
        #expect(phone.spools.count == 2)
        #expect(try await phone.account.history().map(\.progress) == [.uploading, .uploading])
        try await phone.outbox.cancel(fileOf: try await phone.only(1))
        #expect(phone.spools.count == 1)
        let error = await #expect(throws: SottoError.self) {
            try await phone.chats.send(file: path, caption: "4", to: handle)
        }
        #expect(error?.code == "queued")
        #expect(try await phone.outbox.lines().map(\.text) == ["2", "4"])
        // As long as nobody is there.
        try await phone.restart()
        // A file is named as its line is everywhere.
        let lines = try await phone.account.history().suffix(2).map(\.id)
        #expect(try await phone.outbox.lines().map(\.id) == lines)
        #expect(try await phone.outbox.files().map(\.line) == lines)
        let seen = Guarded<Set<LineID>>([])
        await phone.outbox.watchFiles { (line, _) in seen.withLock { _ = $0.insert(line) } }
        await phone.outbox.sendAll()
        #expect(seen.withLock { $0 } == Set(lines))
        try await bob.fetch()
        #expect(try await bob.received() == ["2", "4"])
        #expect(phone.spools.isEmpty)
    }

    @Test("a file that is cancelled while it is uploaded leaves nothing, here and at the server")
    func cancelled() async throws {
        let house = try await House()
        let bob = try await Phone(house, as: Self.bob)
        let folder = try TemporaryFolder()
        let path = try file(folder, 9_000_000)
        let handle = try #require(Handle(text: Self.bob))
        for (offset, caption) in [("0", "first"), ("8388608", "last")] {
            let fate = Fate()
            let phone = try await Phone(house, fate: fate)
            try await phone.register("alice-\(offset)")
            fate.beforeRequest = { [client = phone.account] (request) in
                guard request.headers.contains(where: { $0 == ("Upload-Offset", offset) }) else { return }
                if let line = try? await client.only(1) { try? await client.outbox.cancel(fileOf: line) }
            }
            await #expect(throws: SottoError(.file(.cancelled))) {
                try await phone.chats.send(file: path, caption: caption, to: handle)
            }
            let line = try #require(try await phone.account.history().first)
            #expect(line.progress == .refused && line.fileFailure == .cancelled)
            #expect(phone.spools.isEmpty && house.mediaFiles.isEmpty, "\(house.mediaFiles)")
            await #expect(throws: SottoError(.file(.notWaiting))) {
                try await phone.outbox.cancel(fileOf: try await phone.only(1))
            }
            try await phone.sendAll(["after \(caption)"], to: Self.bob)
        }
        try await bob.fetch()
        #expect(try await bob.received() == ["after first", "after last"])
    }

    @Test("what the server refuses for good ends the file's line with its reason, and others go on")
    func refused() async throws {
        let house = try await House(arguments: ["--media-file-bytes", "100000"])
        let bob = try await Phone(house, as: Self.bob)
        let alice = try await Phone(house, as: "alice")
        let folder = try TemporaryFolder()
        let path = try file(folder, 200_000)
        let handle = try #require(Handle(text: Self.bob))
        let error = await #expect(throws: SottoError.self) { try await alice.chats.send(file: path, to: handle) }
        #expect(error?.code == "body-too-large")
        let line = try #require(try await alice.history().last)
        #expect(line.progress == .refused && line.problem == .bodyTooLarge)
        try await alice.chats.send(file: try file(folder, 50_000), caption: "small", to: handle)
        try await bob.fetch()
        #expect(try await bob.received() == ["small"])
    }

    /// What a file's sender hears while the server's first answer to its bytes is held, until `leave` has ended.
    private func error(
        _ phone: Phone, _ fate: Fate, _ path: String,
        leave: (_ sending: Task<Line, any Error>, _ release: @escaping @Sendable () -> Void) async throws -> Void
    ) async throws -> SottoError? {
        let handle = try #require(Handle(text: Self.bob))
        let (reached, reaching) = AsyncStream<Void>.makeStream()
        let (released, releasing) = AsyncStream<Void>.makeStream()
        let isHeld = Guarded(false)
        fate.beforeAnswer = { (request) in
            let isFirst = isHeld.withLock { (isHeld) in
                defer { isHeld = isHeld || request.method == "PATCH" }
                return !isHeld && request.method == "PATCH"
            }
            guard isFirst else { return }
            reaching.finish()
            for await _ in released {}
        }
        let sending = Task { [account = phone.account] in try await account.chats.send(file: path, to: handle) }
        for await _ in reached {}
        try await leave(sending) { releasing.finish() }
        return await #expect(throws: SottoError.self) { try await sending.value }
    }

    @Test("a file whose task is cancelled goes on at once where somebody listens", .timeLimit(.minutes(10)))
    func left() async throws {
        let house = try await House()
        let bob = try await Phone(house, as: Self.bob)
        let folder = try TemporaryFolder()
        let path = try file(folder)
        let fate = Fate()
        // Nothing is done after a time, since none passes.
        let phone = try await Phone(house, as: "alice", fate: fate, clock: MovedClock())
        let isIdle = Guarded(false)
        let listener = Task { [account = phone.account] in
            for await event in await account.events() where event == .idle { isIdle.withLock { $0 = true } }
        }
        while !isIdle.withLock({ $0 }) { await Task.yield() }
        let error = try await error(phone, fate, path) { (sending, release) in
            sending.cancel()
            while try await !phone.outbox.lines().isEmpty { await Task.yield() }
            release()
        }
        #expect(error?.code == .queued)
        let line = try #require(error?.line)
        #expect(try await phone.chats.line(line)?.delivery == .accepted)
        listener.cancel()
        await listener.value
        try await bob.fetch()
        #expect(try await bob.history().map(\.file?.name) == ["file"])
    }

    @Test("who closes while a file is under way hears that it waits, and it comes once", .timeLimit(.minutes(10)))
    func closed() async throws {
        let house = try await House()
        let bob = try await Phone(house, as: Self.bob)
        let folder = try TemporaryFolder()
        let path = try file(folder)
        let fate = Fate()
        let phone = try await Phone(house, as: "alice", fate: fate)
        let error = try await error(phone, fate, path) { (_, release) in
            try await phone.restart(meanwhile: { release() })
        }
        #expect(error?.code == .queued && error?.message != nil)
        #expect(try await phone.outbox.lines().map(\.id) == [try #require(error?.line)])
        await phone.outbox.sendAll()
        try await bob.fetch()
        #expect(try await bob.history().map(\.file?.name) == ["file"])
    }

    @Test("files go on by themselves with whoever listens", .timeLimit(.minutes(10)))
    func listening() async throws {
        let house = try await House()
        let bob = try await Phone(house, as: Self.bob)
        let folder = try TemporaryFolder()
        let path = try file(folder)
        let handle = try #require(Handle(text: Self.bob))
        let fate = Fate()
        let phone = try await Phone(house, fate: fate)
        try await phone.register("alice")
        for (caption, untilIdle) in [("one", true), ("two", false)] {
            fate.beforeRequest = { [fate] (request) in if request.method == "PATCH" { fate.isOffline = true } }
            await #expect(throws: SottoError.self) {
                try await phone.chats.send(file: path, caption: caption, to: handle)
            }
            fate.beforeRequest = nil
            fate.isOffline = false
            let listener = Task { [client = phone.account] in
                for await _ in await client.events(untilIdle: untilIdle) {}
            }
            while try await !phone.outbox.lines().isEmpty { await Task.yield() }
            listener.cancel()
            await listener.value
        }
        try await bob.fetch()
        #expect(try await bob.received() == ["one", "two"])
    }
}
