import Glibc
import TestKit
import Testing

/// Files that the program sends and fetches, and that it is killed over.
@Suite(.serialized) struct FileProgramTests {
    private static let bob = "bob"

    private func people(_ house: House) throws -> (alice: Terminal, bob: Terminal) {
        let (alice, bob) = (try Terminal(house), try Terminal(house))
        #expect(try alice.run("register", "alice").status == 0)
        #expect(try bob.run("register", Self.bob).status == 0)
        return (alice, bob)
    }

    /// `sotto send --file`, killed when so many bytes have left.
    private func sendKilled(_ terminal: Terminal, _ house: House, _ path: String, after byteCount: Int) throws {
        let proxy = try HoldingProxy(to: house.server.port, holdingAfter: byteCount)
        defer { proxy.stop() }
        let sending = try terminal.start([
            "send", Self.bob, "look", "--file", path, "--server", "http://127.0.0.1:\(proxy.port)",
        ])
        proxy.waitUntilHeld()
        #expect(kill(sending.pid, SIGKILL) == 0)
        #expect(sending.end().status == -SIGKILL)
    }

    @Test("a file whose sending was killed halfway goes on from there, and arrives once")
    func resumed() async throws {
        let house = try await House()
        let (alice, bob) = try people(house)
        let folder = try TemporaryFolder()
        let bytes = Tus.bytes(20_000_000)
        let path = folder.path + "/film.mp4"
        try TextFile.write(bytes, to: path)
        try sendKilled(alice, house, path, after: 10_000_000)
        #expect(try alice.run("history", Self.bob).output.hasSuffix("(uploading)\n"))
        #expect(try alice.run("send", Self.bob, "meanwhile").status == 0)
        // The sealed bytes are at hand, so this is not asked for any more.
        unlink(path)
        let proxy = try HoldingProxy(to: house.server.port)
        defer { proxy.stop() }
        let resumed = try alice.run("outbox", "resume", "--server", "http://127.0.0.1:\(proxy.port)")
        #expect(resumed.status == 0 && resumed.output.contains(": look [file film.mp4"), "\(resumed.errors)")
        #expect(proxy.passedByteCount < 13_000_000, "what the server had was not sent again")
        let again = try alice.run("outbox", "resume")
        #expect(again.status == 0 && again.output.isEmpty)
        let heard = try bob.run("listen", "--until-idle")
        #expect(heard.output.split(separator: "\n").map { String($0.dropFirst(18)) } == [
            "#1 alice: meanwhile", "#2 alice: look [file film.mp4, 20000000 bytes: sotto download @alice 2 -o OUT]",
        ])
        // Where to is asked for a file alone.
        #expect(try bob.run("download", "alice", "2").errors == "sotto: Where to? Say -o FILE.\n")
        #expect(try bob.run("download", "alice", "1").errors == "sotto: There is no such file beside that message.\n")
        #expect(try bob.run("download", "alice", "2", "-o", folder.path + "/out").status == 0)
        #expect(TextFile.bytes(folder.path + "/out") == bytes)
    }

    @Test("the same command again takes up the file that waits; another file is another message")
    func sameAgain() async throws {
        let house = try await House()
        let (alice, bob) = try people(house)
        let folder = try TemporaryFolder()
        let path = folder.path + "/film.mp4"
        var bytes = Tus.bytes(6_000_000)
        try TextFile.write(bytes, to: path)
        try sendKilled(alice, house, path, after: 4_500_000)
        let again = try alice.run("send", Self.bob, "look", "--file", path)
        #expect(again.status == 0 && again.output == "Sent to @\(Self.bob) as 1, sealed.\n", "\(again.errors)")
        try sendKilled(alice, house, path, after: 4_500_000)
        bytes[5_000_000] ^= 1
        try TextFile.write(bytes, to: path)
        #expect(try alice.run("send", Self.bob, "look", "--file", path).status == 0)
        let heard = try bob.run("listen", "--until-idle")
        #expect(heard.output.split(separator: "\n").count == 3)
        #expect(try bob.run("download", "alice", "3", "-o", folder.path + "/out").status == 0)
        #expect(TextFile.bytes(folder.path + "/out") == bytes)
    }

    @Test("a download that was killed goes on from there, also from another folder, to the exact bytes")
    func downloadKilled() async throws {
        let house = try await House()
        let (alice, bob) = try people(house)
        let folder = try TemporaryFolder()
        let bytes = Tus.bytes(30_000_000)
        try TextFile.write(bytes, to: folder.path + "/film.mp4")
        #expect(try alice.run("send", Self.bob, "--file", folder.path + "/film.mp4").status == 0)
        #expect(try bob.run("listen", "--until-idle").status == 0)
        let out = folder.path + "/out"
        let first = try HoldingProxy(to: house.server.port, .toClient, holdingAfter: 22_000_000)
        defer { first.stop() }
        let fetching = try bob.start(
            ["download", "alice", "1", "-o", out, "--server", "http://127.0.0.1:\(first.port)"])
        first.waitUntilHeld()
        #expect(kill(fetching.pid, SIGKILL) == 0)
        #expect(fetching.end().status == -SIGKILL)
        #expect(access(out, F_OK) != 0)
        #expect(folder.files.filter { $0.hasSuffix(".partial") }.count == 1)
        let second = try HoldingProxy(to: house.server.port, .toClient)
        defer { second.stop() }
        // The same place by another name.
        let again = try bob.run(
            "download", "alice", "1", "-o", folder.path + "/./out", "--server", "http://127.0.0.1:\(second.port)")
        #expect(again.output == "Saved 30000000 bytes as \(folder.path)/./out.\n", "\(again.errors)")
        #expect(TextFile.bytes(out) == bytes)
        #expect(second.passedByteCount < 16_000_000, "what there was is not fetched again")
        #expect(folder.files.filter { $0.hasSuffix(".partial") }.isEmpty)
        #expect(try bob.run("download", "alice", "1", "-o", out).status == 1)
    }

    @Test("a file that waits can be given up")
    func cancelled() async throws {
        let house = try await House()
        let (alice, bob) = try people(house)
        let folder = try TemporaryFolder()
        let path = folder.path + "/film.mp4"
        try TextFile.write(Tus.bytes(6_000_000), to: path)
        try sendKilled(alice, house, path, after: 4_500_000)
        let given = try alice.run("outbox", "cancel", Self.bob, "1").output
        #expect(given == "Cancelled; @\(Self.bob) gets nothing of it.\n")
        #expect(house.mediaFiles.isEmpty)
        #expect(try alice.run("history", Self.bob).output.hasSuffix("(refused: cancelled)\n"))
        #expect(try alice.run("outbox", "resume").status == 0)
        let ended = try alice.run("outbox", "cancel", Self.bob, "1", "--json")
        #expect(ended.status == 1 && ended.output.contains(#""code":"file-not-waiting""#))
        for unclear in [["send"], ["outbox", "cancel", "1"], ["outbox", "cancel", Self.bob, "x"]] {
            #expect(try alice.run(unclear).status == 2)
        }
        #expect(try bob.run("listen", "--until-idle").output.isEmpty)
    }

    @Test("a part of a file is printed or saved, and little more than it is fetched")
    func range() async throws {
        let house = try await House()
        let (alice, bob) = try people(house)
        let folder = try TemporaryFolder()
        let text = (0..<200_000).map { "line \($0)\n" }.joined()
        try TextFile.write(Array(text.utf8), to: folder.path + "/book.txt")
        #expect(try alice.run("send", Self.bob, "--file", folder.path + "/book.txt").status == 0)
        #expect(try bob.run("listen", "--until-idle").status == 0)
        let bytes = Array(text.utf8)
        let proxy = try HoldingProxy(to: house.server.port, .toClient)
        defer { proxy.stop() }
        let server = ["--server", "http://127.0.0.1:\(proxy.port)"]
        let printed = try bob.run(["download", "alice", "1", "--range", "1000000-1000099", "-o", "-"] + server)
        #expect(printed.status == 0 && Array(printed.output.utf8) == Array(bytes[1_000_000...1_000_099]))
        #expect(proxy.passedByteCount < 70_000)
        let out = folder.path + "/out"
        let saved = try bob.run("download", "alice", "1", "--range", "100000-", "-o", out)
        #expect(saved.status == 0 && saved.output == "Saved \(bytes.count - 100_000) bytes.\n")
        #expect(TextFile.bytes(out) == Array(bytes[100_000...]))
        #expect(try bob.run("download", "alice", "1", "--range", "0-9", "-o", out).status == 1, "it is there already")
        for unclear in ["x", "5", "9-5", "0-\(bytes.count)", "-5", "\(bytes.count)-"] {
            #expect(try bob.run("download", "alice", "1", "--range", unclear, "-o", "-").status == 2, "\(unclear)")
        }
        #expect(try bob.run("download", "alice", "1", "-o", "-").status == 2)
    }
}
