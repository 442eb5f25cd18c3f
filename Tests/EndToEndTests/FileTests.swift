@testable import Client
import Glibc
import TestKit
import Testing
import Wire

/// Files beside messages, from one client to another over a real server.
@Suite(.serialized) struct FileTests {
    private static let bob = "bob"

    @Test("a file arrives as it was, whole and in part; the server has neither its bytes nor its name")
    func file() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: Self.bob)
        let folder = try TemporaryFolder()
        let bytes = Tus.bytes(700_001)
        try TextFile.write(bytes, to: folder.path + "/holiday in june.jpg")
        let handle = try #require(Handle(text: Self.bob))
        let sent = try await alice.chats.send(
            file: folder.path + "/holiday in june.jpg", caption: "look", type: "image/jpeg", to: handle)
        #expect(sent.progress == .accepted && sent.file?.byteCount == 700_001)
        try await bob.fetch()
        let entry = try #require(try await bob.history().last)
        #expect(entry.text == "look")
        #expect(entry.file == FileNote(name: "holiday in june.jpg", type: "image/jpeg", byteCount: 700_001))
        let out = folder.path + "/out"
        let note = try await bob.media.download(fileOf: entry.id, to: out)
        #expect(note == entry.file)
        #expect(TextFile.bytes(out) == bytes)
        #expect(try await bob.media.bytes(ofFileOf: entry.id, 65_000..<66_000) == Array(bytes[65_000..<66_000]))
        // What is there is not overwritten.
        await #expect(throws: SottoError(.file(.exists))) {
            try await bob.media.download(fileOf: entry.id, to: out)
        }
        // The sender can fetch it too.
        _ = try await alice.media.download(fileOf: sent.id, to: folder.path + "/own")
        #expect(TextFile.bytes(folder.path + "/own") == bytes)
        let stored = try #require(house.mediaFiles.first)
        #expect(!TextFile.read(stored).contains(String(decoding: bytes[4_096..<4_104], as: UTF8.self)))
        #expect(house.server.stop() == 0)
        for file in ["/sotto.db", "/sotto.db-wal"] {
            #expect(!TextFile.read(house.folder.path + "/data" + file).contains("holiday"))
        }
    }

    @Test("a type that could not be kept is refused before anything is uploaded, and holds nothing up")
    func types() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: Self.bob)
        let folder = try TemporaryFolder()
        try TextFile.write(Tus.bytes(100), to: folder.path + "/file")
        let handle = try #require(Handle(text: Self.bob))
        for type in ["", String(repeating: "x", count: 128)] {
            await #expect(throws: SottoError(.file(.badType))) {
                try await alice.chats.send(file: folder.path + "/file", type: type, to: handle)
            }
        }
        #expect(house.mediaFiles.isEmpty)
        let longest = String(repeating: "x", count: 127)
        try await alice.chats.send(file: folder.path + "/file", type: longest, to: handle)
        try await alice.send("after", to: Self.bob)
        #expect(try await alice.history().map(\.progress) == [.accepted, .accepted])
        try await bob.fetch()
        #expect(try await bob.history().first?.file?.type == longest)
    }

    @Test("a file that changed at the server is refused, and nothing of it is left")
    func exchanged() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: Self.bob)
        let folder = try TemporaryFolder()
        try TextFile.write(Tus.bytes(100_000), to: folder.path + "/file")
        let sent = try await alice.chats.send(
            file: folder.path + "/file", to: try #require(Handle(text: Self.bob)))
        #expect(sent.text == nil)
        try await bob.fetch()
        let entry = try #require(try await bob.history().last)
        let file = try #require(house.mediaFiles.first)
        let descriptor = open(file, O_RDWR | O_CLOEXEC)
        defer { close(descriptor) }
        var zero: [UInt8] = [0, 0, 0, 0]
        #expect(pwrite(descriptor, &zero, 4, 50_000) == 4)
        let out = folder.path + "/out"
        let before = folder.files
        await #expect(throws: SottoError.self) { try await bob.media.download(fileOf: entry.id, to: out) }
        #expect(folder.files == before)
    }

    @Test("the program sends a file and fetches it")
    func program() async throws {
        let house = try await House()
        let alice = try Terminal(house), bob = try Terminal(house)
        for (terminal, name) in [(alice, "alice"), (bob, Self.bob)] {
            #expect(try terminal.run("register", name).status == 0)
        }
        let folder = try TemporaryFolder()
        let bytes = Tus.bytes(200_000)
        try TextFile.write(bytes, to: folder.path + "/photo.jpg")
        let sent = try alice.run("send", Self.bob, "--file", folder.path + "/photo.jpg")
        #expect(sent.status == 0, "\(sent.errors)")
        let heard = try bob.run("listen", "--until-idle")
        #expect(heard.output.contains("alice: [file photo.jpg, 200000 bytes: sotto download @alice 1 -o OUT]"))
        let saved = try bob.run("download", "alice", "1", "-o", folder.path + "/out")
        #expect(saved.status == 0, "\(saved.errors)")
        #expect(TextFile.bytes(folder.path + "/out") == bytes)
        #expect(try bob.run("download", "alice", "2", "-o", folder.path + "/x").status == 1)
        #expect(try bob.run("download", "alice", "x", "-o", folder.path + "/x").status == 2)
    }
}
