import Foundation
import Glibc
import TestKit
import Testing
import Wire

@testable import Client

/// Mirrors `Account`.
@Suite("An account that is forgotten or closed") struct ForgottenAccountTests {
    private static var openFileCount: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
    }

    /// Threads of owners, by their name.
    private static var ownerThreadCount: Int {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        return threads.count { TextFile.read("/proc/self/task/\($0)/comm").hasPrefix("client") }
    }

    /// Opens, listens, watches, waits and sends; then forgets all of it in the middle.
    private func use(_ configuration: SottoConfiguration, as name: String) async throws {
        let account = try await Account.open(configuration)
        if try await account.whoami() == nil { try await account.register(handle: try #require(Handle(text: name))) }
        var events = await account.events().makeAsyncIterator()
        var lists = account.chats.list.makeAsyncIterator()
        var states = account.connection.makeAsyncIterator()
        _ = await lists.next()
        while let state = await states.next(), state != .live {}
        _ = await events.next()
        let own = try #require(try await account.whoami()?.address.account)
        let timeline = try await account.chats.timeline(of: .person(own))
        var updates = timeline.updates.makeAsyncIterator()
        _ = await updates.next()
        _ = try await account.chats.send("a note to myself", to: .person(own))
    }

    @Test("its folder, its thread and its connections are let go, whatever was listened to and watched")
    func forgotten() async throws {
        let house = try await House()
        let folder = try TemporaryFolder()
        let server = try #require(ServerAddress("http://127.0.0.1:\(house.server.port)"))
        let configuration = SottoConfiguration(folder: folder.path + "/account", server: server)
        let threadCount = Self.ownerThreadCount
        try await use(configuration, as: "alice")
        #expect(try await eventually { !isHeld(configuration.folder) })
        #expect(try await eventually { Self.ownerThreadCount == threadCount })
        // What is there once for all accounts of the process is there now.
        let fileCount = Self.openFileCount
        for _ in 0..<3 { try await again(configuration) }
        #expect(try await eventually { Self.openFileCount <= fileCount })
        let later = try await Account.open(configuration)
        #expect(try await later.chats.all().count == 1)
        await later.close()
    }

    @Test("what is under way when it is closed, and what is asked afterwards, says so, and not that a disk failed")
    func closed() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        _ = try await Phone(house, as: "bobby")
        let bob = try #require(Handle(text: "bobby"))
        #expect(Glibc.kill(house.server.pid, SIGSTOP) == 0)
        defer { _ = Glibc.kill(house.server.pid, SIGCONT) }
        let account = alice.account
        let asked = [
            Task { _ = try await account.chats.conversations() },
            Task { _ = try await account.people.account(of: bob) },
            Task { _ = try await account.devices.all() },
        ]
        await account.close()
        for task in asked { #expect(await error(of: task) == .closed) }
        #expect(await error(of: Task { _ = try await account.chats.all() }) == .closed)
    }

    private func error(of task: Task<Void, any Error>) async -> SottoError.Code? {
        if case .failure(let error) = await task.result { (error as? SottoError)?.code } else { nil }
    }

    private func again(_ configuration: SottoConfiguration) async throws {
        try await use(configuration, as: "alice")
        #expect(try await eventually { !isHeld(configuration.folder) })
    }

    private func isHeld(_ folder: String) -> Bool { (try? FolderLock(folder: folder)) == nil }
}
