import Crypto
import Foundation
import Keys
import TestKit
import Testing
import Wire

@Suite("The program sotto, as an auditor") struct AuditTests {
    private func url(_ house: House) -> String { "http://127.0.0.1:\(house.server.port)" }

    private func audit(_ house: House, _ terminal: Terminal, _ more: [String] = []) throws -> Terminal.Ended {
        try terminal.run(["key-log", "audit", "--server", url(house)] + more)
    }

    @Test("it reads a real server's log, goes on from its state, and checks a dump offline")
    func honest() async throws {
        let house = try await House()
        let terminal = try Terminal(house)
        let folder = try TemporaryFolder()
        let state = folder.path + "/state"
        let empty = try audit(house, terminal, ["--state", state])
        #expect(empty.status == 0, "\(empty.errors)")
        for name in ["alice", "bobby", "carol"] { _ = try await house.person(name) }
        let first = try audit(house, terminal, ["--state", state])
        #expect(first.status == 0 && first.output.contains("entries   3, of 3 accounts; 3 are new"), "\(first.output)")
        let david = try await house.person("david")
        let tablet = PersonDevice(account: david.account, number: 2, now: House.now)
        let _: AccountView = try await house.api.call(
            "PUT", "/v1/devices",
            DeviceListChange(
                deviceList: david.person.list(epoch: 2, [david.device, tablet]), preKeys: tablet.upload),
            token: david.token)
        let dump = folder.path + "/dump"
        let second = try audit(house, terminal, ["--state", state, "--dump", dump, "--json"])
        #expect(second.status == 0)
        #expect(second.output.hasPrefix(#"{"event":"audit","head":{"log":""#), "\(second.output)")
        #expect(second.output.contains(#""accountCount":4,"newEntryCount":2"#))
        house.server.stop()
        let id = david.account.description
        let own = try terminal.run(["key-log", "audit", "--from-dump", dump, "--account", id, "--json"])
        #expect(
            own.output.hasSuffix(
                "{\"event\":\"logged\",\"index\":3,\"epoch\":1,\"v\":1}\n"
                    + "{\"event\":\"logged\",\"index\":4,\"epoch\":2,\"v\":1}\n"))
        #expect(try terminal.run(["key-log", "audit", "--from-dump", dump, "--account", "me"]).status == 2)
        let offline = try terminal.run(["key-log", "audit", "--from-dump", dump, "--state", state])
        #expect(offline.status == 0 && offline.output.contains("entries   5, of 4 accounts; 0 are new"))
        #expect(try audit(house, terminal).status == 1, "a server that is gone is no fraud")
        #expect(try terminal.run(["key-log", "audit", "--from-dump", folder.path + "/none"]).status == 1)
        let noState = ["key-log", "audit", "--state", "/dev/null", "--from-dump", dump]
        #expect(try terminal.run(noState).status == 3, "what is no dump was judged, and is bad")
        #expect(try terminal.run(["key-log", "audit", "--frob"]).status == 2)
    }

    @Test("a server that was set back is caught: rolled back, forked, then rewritten; the evidence is kept")
    func setBack() async throws {
        let house = try await House()
        let terminal = try Terminal(house)
        let folder = try TemporaryFolder()
        let state = folder.path + "/state"
        for name in ["alice", "bobby"] { _ = try await house.person(name) }
        house.server.stop()
        let copy = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: house.folder.path + "/data", toPath: copy.path + "/data")
        let first = try await House(folder: house.folder)
        _ = try await first.person("carol")
        #expect(try audit(first, terminal, ["--state", state]).status == 0)
        let kept = try Data(contentsOf: URL(fileURLWithPath: state))

        let restored = try await House(folder: copy)
        let shorter = try audit(restored, terminal, ["--state", state])
        #expect(shorter.status == 3 && shorter.errors.contains("Rolled back: the log had 3 entries, and has 2."))
        _ = try await restored.person("david")
        let dump = folder.path + "/evidence"
        let forked = try audit(restored, terminal, ["--state", state, "--dump", dump, "--json"])
        #expect(forked.status == 3 && forked.errors.contains("Forked: the server signed two different trees of 3"))
        #expect(forked.output.hasPrefix(#"{"event":"fraud","message":"Forked"#))
        _ = try await restored.person("erica")
        let rewritten = try audit(restored, terminal, ["--state", state])
        #expect(rewritten.status == 3 && rewritten.errors.contains("Rewritten: entry 2 is another than it was."))
        #expect(try Data(contentsOf: URL(fileURLWithPath: state)) == kept, "the state stays evidence")

        let offline = try terminal.run(["key-log", "audit", "--from-dump", dump, "--state", state])
        #expect(offline.status == 3 && offline.errors.contains("Forked"))
        let alone = try terminal.run(["key-log", "audit", "--from-dump", dump])
        #expect(alone.status == 0, "alone, either log is in order")
    }

    @Test("a log that leaves an entry out, or gives one epoch twice, is caught from its dump alone")
    func doctored() async throws {
        let house = try await House()
        let terminal = try Terminal(house)
        let folder = try TemporaryFolder()
        let key = ServerSigningKey()
        let person = Person("alice", now: House.now)
        let lists = try (1...4).map { (epoch) in
            try VerifiedDeviceList(
                account: person.account, epoch: UInt64(epoch), devices: [person.device.listed],
                signedBy: person.identity)
        }
        func run(_ entries: [KeyLogEntry]) throws -> Terminal.Ended {
            var range = CompactRange()
            for entry in entries { range.append(leafHash: entry.leafHash) }
            let head = try #require(
                VerifiedTreeHead(size: range.size, root: range.root, time: House.now, signedBy: key))
            let dump = UnverifiedKeyLogDump(
                key: key.publicKey, head: UnverifiedTreeHead(head), entries: entries.flatMap(\.bytes))
            let path = folder.path + "/dump"
            try Data(dump.bytes).write(to: URL(fileURLWithPath: path))
            return try terminal.run(["key-log", "audit", "--from-dump", path])
        }
        let entries = lists.map { KeyLogEntry($0) }
        #expect(try run(entries).status == 0)
        let missing = try run([entries[0], entries[1], entries[3]])
        #expect(missing.status == 3 && missing.errors.contains("Missing entry: at 2 an account's list 4 follows"))
        let twice = try run([entries[0], entries[1], entries[1]])
        #expect(twice.status == 3 && twice.errors.contains("Repeated: at 2"))
        let late = try run([entries[0], KeyLogEntry(lists[1], kind: .adopted)])
        #expect(late.status == 3)
    }

    @Test("after an operator's word, trust-log lets a client go on with a restored server")
    func trustedAnew() async throws {
        let house = try await House()
        let terminal = try Terminal(house)
        #expect(try terminal.run("register", "alice").status == 0)
        _ = try await house.person("bobby")
        #expect(try terminal.run("send", "bobby", "one").status == 0)
        let answer = try terminal.run("key-log", "trust", "--json")
        #expect(answer.status == 0 && answer.output.contains(#""treeSize":2"#), "\(answer.output)")
        #expect(try terminal.run("key-log", "trust", "--json").output == "{\"event\":\"logForgotten\",\"v\":1}\n")
        #expect(try terminal.run("send", "bobby", "two").status == 0)
    }
}
