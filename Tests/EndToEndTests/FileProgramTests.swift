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
        #expect(try alice.run("history").output.hasSuffix("(uploading)\n"))
        #expect(try alice.run("send", Self.bob, "meanwhile").status == 0)
        // The sealed bytes are at hand, so this is not asked for any more.
        unlink(path)
        let proxy = try HoldingProxy(to: house.server.port)
        defer { proxy.stop() }
        let resumed = try alice.run("send", "--resume", "--server", "http://127.0.0.1:\(proxy.port)")
        #expect(resumed.status == 0 && resumed.output == "Accepted.\n", "\(resumed.errors)")
        #expect(proxy.passedByteCount < 13_000_000, "what the server had was not sent again")
        let again = try alice.run("send", "--resume")
        #expect(again.status == 0 && again.output.isEmpty)
        let heard = try bob.run("listen", "--until-idle")
        #expect(heard.output.split(separator: "\n").map { String($0.dropFirst(18)) } == [
            "alice: meanwhile", "alice: look [file film.mp4, 20000000 bytes: sotto download 2 -o OUT]",
        ])
        #expect(try bob.run("download", "2", "-o", folder.path + "/out").status == 0)
        #expect(TextFile.bytes(folder.path + "/out") == bytes)
    }

    @Test("a file that waits can be given up")
    func cancelled() async throws {
        let house = try await House()
        let (alice, bob) = try people(house)
        let folder = try TemporaryFolder()
        let path = folder.path + "/film.mp4"
        try TextFile.write(Tus.bytes(6_000_000), to: path)
        try sendKilled(alice, house, path, after: 4_500_000)
        #expect(try alice.run("send", "--cancel", "1").output == "Cancelled.\n")
        #expect(house.mediaFiles.isEmpty)
        #expect(try alice.run("history").output.hasSuffix("(refused: cancelled)\n"))
        #expect(try alice.run("send", "--resume").status == 0)
        let ended = try alice.run("send", "--cancel", "1", "--json")
        #expect(ended.status == 1 && ended.output.contains(#""code":"file-not-waiting""#))
        for unclear in [["send"], ["send", "--cancel", "x"]] { #expect(try alice.run(unclear).status == 2) }
        #expect(try bob.run("listen", "--until-idle").output.isEmpty)
    }
}
