import Glibc
import TestKit
import Testing

@Suite("The program sotto and images")
struct ImageProgramTests {
    private static func fixture(_ name: String) -> String {
        #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/fixtures/media/" + name
    }

    @Test("an avatar is set, saved by somebody else, and gone; what is none is refused in words")
    func avatar() async throws {
        let house = try await House()
        let alice = try Terminal(house), bob = try Terminal(house)
        #expect(try alice.run("register", "alice").status == 0)
        #expect(try bob.run("register", "bob").status == 0)
        let folder = try TemporaryFolder()
        let out = folder.path + "/alice.jpg"
        #expect(try bob.run("avatar", "show", "alice", "-o", out, "--json").output.contains(#""code":"not-found""#))
        let set = try alice.run("avatar", "set", Self.fixture("orientation-6.jpg"), "--json")
        #expect(set.status == 0 && set.output.hasPrefix(#"{"event":"avatar","media":""#))
        #expect(try bob.run("avatar", "show", "alice", "-o", out, "--jpeg", "--size", "96").status == 0)
        #expect(TextFile.bytes(out).prefix(2) == [0xFF, 0xD8])
        #expect(try bob.run("avatar", "show", "alice", "-o", out, "--json").output.contains("file-exists"))

        let text = folder.path + "/text.txt"
        try TextFile.write(Array("hello".utf8), to: text)
        let refused = try alice.run("avatar", "set", text, "--json")
        #expect(refused.status == 1 && refused.output.contains(#""code":"image-without-picture""#))
        try TextFile.write([UInt8](repeating: 1, count: (8 << 20) + 1), to: text)
        #expect(try alice.run("avatar", "set", text, "--json").output.contains(#""code":"image-too-large""#))
        // The avatar and its pictures, and nothing of what was refused.
        #expect(house.mediaFiles.count > 1)
        for _ in 0..<2 { #expect(try alice.run("avatar", "remove").status == 0) }
        #expect(house.mediaFiles.isEmpty)
        #expect(try alice.run("avatar", "frob").status == 2)
    }

    @Test("an emoji is added, listed, saved as it moves, and deleted by who added it")
    func emoji() async throws {
        let house = try await House()
        let alice = try Terminal(house), bob = try Terminal(house)
        #expect(try alice.run("register", "alice").status == 0)
        #expect(try bob.run("register", "bob").status == 0)
        #expect(try alice.run("emoji").output == "")
        #expect(try alice.run("emoji", "add", "party+1", Self.fixture("animated.gif")).status == 0)
        let taken = try bob.run("emoji", "add", "party+1", Self.fixture("rgb.png"), "--json")
        #expect(taken.status == 1 && taken.output.contains(#""code":"emoji-taken""#))
        #expect(try bob.run("emoji", "list", "--json").output.hasPrefix(#"{"event":"emoji","name":"party+1","media":"#))
        let folder = try TemporaryFolder()
        let out = folder.path + "/party.webp"
        #expect(try bob.run("emoji", "show", "party+1", "-o", out, "--animated").status == 0)
        #expect(TextFile.bytes(out).firstRange(of: Array("ANIM".utf8)) != nil)
        #expect(try bob.run("emoji", "remove", "party+1", "--json").output.contains(#""code":"forbidden""#))
        #expect(try alice.run("emoji", "remove", "party+1").status == 0)
        #expect(house.mediaFiles.isEmpty)
        for wrong in [["add", "Party", "x"], ["add", "party"], ["remove"], ["show", "party"]] {
            #expect(try alice.run(["emoji"] + wrong).status == 2, "\(wrong)")
        }
    }

    @Test("a photo is posted to an open conversation, another is its image, and both leave the disk when they go")
    func conversation() async throws {
        let house = try await House()
        let alice = try Terminal(house)
        #expect(try alice.run("register", "alice").status == 0)
        // Nothing is typed: the conversation is made, and that is all.
        let made = try alice.run("group", "create", "town", "--open", "--json").output
        let town = String(try #require(made.firstMatch(of: /"chat":"(#[A-Za-z0-9_-]{22})"/)).1)
        let posted = try alice.run(
            "send", town, "The lake", "--file", Self.fixture("baseline.jpg"), "--json")
        #expect(posted.status == 0)
        let seq = String(try #require(posted.output.firstMatch(of: /"number":([0-9]+)/)).1)
        #expect(try alice.run("send", town, "And words").output.hasPrefix("Posted in #town as #"))
        #expect(try alice.run("chat", town).output.contains("#\(seq) "))
        let image = try alice.run("group", "set-image", town, Self.fixture("rgb.png"))
        #expect(image.status == 0)
        #expect(house.mediaFiles.count > 3)
        #expect(try alice.run("group", "remove-image", town).status == 0)
        #expect(try alice.run("delete", town, "#" + seq).output == "Deleted for everybody.\n")
        #expect(house.mediaFiles.isEmpty)
        #expect(try alice.run("chat", town).output.contains("[deleted]"))
        for wrong in [
            ["send", town], ["send", "short", "x"],
            ["send", town, "a", "b"], ["delete", town, "x"],
            ["delete", town, "1", "--for-me"], ["avatar", "show", town],
        ] {
            #expect(try alice.run(wrong).status != 0, "\(wrong)")
        }
    }
}
