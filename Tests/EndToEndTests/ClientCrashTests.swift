import Client
import TestKit
import Testing
import Wire

/// The client dies at every write it makes, before and after the write has reached the disk, and begins again.
@Suite("Clients that crash")
struct ClientCrashTests {
    @Test("a registration that is cut short anywhere goes on", arguments: [false, true])
    func registration(isLastWriteDone: Bool) async throws {
        let house = try await House()
        let bob = try await Phone(house, as: "bob")
        var names: [String] = []
        try await Fate.everyPoint { (point) in
            let fate = Fate(writes: point, isLastWriteDone: isLastWriteDone)
            let folder = try TemporaryFolder()
            let name = "alice-\(point)"
            let phone: Phone
            if let begun = try? await Phone(house, fate: fate, folder: folder) {
                phone = begun
                if (try? await phone.register(name)) != nil { return fate.hasStruck }
                try await phone.restart()
            } else {
                // It died while its store was founded: there is none, or a whole one.
                phone = try await Phone(house, fate: Fate(), folder: folder)
            }
            do {
                try await phone.register(name)
            } catch let error as SottoError where error.code == .alreadyRegistered {
                // It was done, and its caller had not heard so.
            }
            try await phone.sendAll([name], to: "bob")
            names.append(name)
            return true
        }
        try await bob.fetch()
        #expect(try await bob.received() == names)
        #expect(names.count >= 2)
    }

    @Test("messages of a sender that dies anywhere arrive once and in order", arguments: [false, true])
    func sending(isLastWriteDone: Bool) async throws {
        let house = try await House()
        let bob = try await Phone(house, as: "bob")
        var expected: [String] = []
        try await Fate.everyPoint { (point) in
            let phone = try await Phone(house, fate: Fate())
            try await phone.register("alice-\(point)")
            let fate = Fate(writes: point, isLastWriteDone: isLastWriteDone)
            try await phone.restart(fate)
            let texts = (0..<3).map { "\(point)-\($0)" }
            _ = try? await phone.sendAll(texts, to: "bob")
            try await phone.restart()
            try await phone.sendAll(texts, to: "bob")
            expected += texts
            return fate.hasStruck
        }
        try await bob.fetch()
        #expect(try await bob.received() == expected)
        #expect(expected.count > 3 * 6)
    }

    @Test("nor does one that hides itself, and its recipient has each message once", arguments: [false, true])
    func hidden(isLastWriteDone: Bool) async throws {
        let house = try await House()
        let bob = try await Phone(house, as: "bob")
        try await bob.fetch()
        var expected: [String] = []
        var hiddenCount = 0
        try await Fate.everyPoint { (point) in
            let fate = Fate(writes: point, isLastWriteDone: isLastWriteDone)
            let phone = try await acquainted(house, bob, "alice-\(point)", then: fate)
            let texts = (0..<3).map { "\(point)-\($0)" }
            _ = try? await phone.sendAll(texts, to: "bob")
            try await phone.restart()
            try await phone.sendAll(texts, to: "bob")
            hiddenCount += try await phone.account.history().count(where: \.isSenderHidden)
            expected += ["hello \(point)"] + texts
            return fate.hasStruck
        }
        try await bob.fetch()
        #expect(try await bob.received() == expected.map { $0.hasPrefix("hello") ? "hello" : $0 })
        #expect(hiddenCount >= expected.count / 4 * 3)
        #expect(try await bob.history().allSatisfy { $0.kind != .unreadable })
    }

    @Test("an answer to a hidden sender that is lost costs nothing")
    func lostHiddenAnswers() async throws {
        let house = try await House()
        let bob = try await Phone(house, as: "bob")
        try await bob.fetch()
        var expected: [String] = []
        try await Fate.everyPoint { (point) in
            let fate = Fate(answers: point)
            let phone = try await acquainted(house, bob, "alice-\(point)", then: fate)
            let texts = (0..<3).map { "\(point)-\($0)" }
            _ = try? await phone.sendAll(texts, to: "bob")
            try await phone.sendAll(texts, to: "bob")
            expected += ["hello"] + texts
            return fate.hasStruck
        }
        try await bob.fetch()
        #expect(try await bob.received() == expected)
        #expect(try await bob.history().allSatisfy { $0.kind != .unreadable })
    }

    /// A phone that knows bob's delivery token, as bob knows its.
    private func acquainted(
        _ house: House, _ bob: Phone, _ name: String, then fate: Fate
    ) async throws -> Phone {
        let phone = try await Phone(house, fate: Fate())
        try await phone.register(name)
        try await phone.fetch()
        try await phone.sendAll(["hello"], to: "bob")
        try await bob.fetch()
        try await bob.send("and you", to: name)
        try await phone.fetch()
        try await phone.restart(fate)
        return phone
    }

    @Test("a recipient that dies anywhere has every message once and in order", arguments: [false, true])
    func receiving(isLastWriteDone: Bool) async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let count = try await Fate.everyPoint { (point) in
            let phone = try await Phone(house, fate: Fate())
            try await phone.register("bob-\(point)")
            let texts = (0..<4).map { "\(point)-\($0)" }
            for text in texts { try await alice.send(text, to: "bob-\(point)") }
            let fate = Fate(writes: point, isLastWriteDone: isLastWriteDone)
            try await phone.restart(fate)
            _ = try? await phone.fetch()
            try await phone.restart()
            try await phone.fetch()
            #expect(try await phone.received() == texts)
            // And the session is in step: the other way works, and back.
            try await phone.sendAll(["back-\(point)"], to: "alice")
            try await alice.fetch()
            #expect(try await alice.received().last == "back-\(point)")
            return fate.hasStruck
        }
        #expect(count >= 5)
    }

    @Test("an answer of the server that is lost costs nothing")
    func lostAnswers() async throws {
        let house = try await House()
        let bob = try await Phone(house, as: "bob")
        var expected: [String] = []
        try await Fate.everyPoint { (point) in
            let fate = Fate(answers: point)
            let phone = try await Phone(house, fate: fate)
            for _ in 0..<2 {
                // Again after the answer that was lost; the second time is a no when the first one went through.
                _ = try? await phone.register("alice-\(point)")
            }
            let texts = (0..<3).map { "\(point)-\($0)" }
            _ = try? await phone.sendAll(texts, to: "bob")
            try await phone.sendAll(texts, to: "bob")
            expected += texts
            return fate.hasStruck
        }
        try await bob.fetch()
        #expect(try await bob.received() == expected)
        #expect(expected.count > 3 * 4)
    }

    @Test("a stale device list costs one more send, under the same client id, and nobody is left out")
    func oneMoreRoundTrip() async throws {
        let house = try await House()
        let bob = try await Phone(house, as: "bob")
        let fate = Fate()
        let alice = try await Phone(house, fate: fate)
        try await alice.register("alice")
        try await alice.sendAll(["first"], to: "bob")
        let laptop = try await Phone(house, joining: bob)
        let before = fate.requests.count
        try await alice.sendAll(["second"], to: "bob")
        let requests = fate.requests[before...]
        #expect(requests.filter { $0.hasPrefix("POST /v1/messages/") }.count == 2)
        let claims = requests.filter { $0.contains("/claims") }.map { $0.split(separator: "&")[0] }
        #expect(claims.map { $0.suffix(15) } == ["claims?device=2"])
        try await bob.fetch()
        try await laptop.fetch()
        #expect(try await bob.received() == ["first", "second"])
        #expect(try await laptop.received() == ["second"])
    }

    @Test("a folder that was restored from an old copy loses messages, says so, and heals with the next send")
    func restoredFolder() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: "bob")
        func talk(_ round: Int) async throws {
            try await alice.send("a\(round)", to: "bob")
            try await bob.fetch()
            try await bob.send("b\(round)", to: "alice")
            try await alice.fetch()
        }
        try await talk(0)
        var copy: [UInt8] = []
        try await bob.restart { copy = TextFile.bytes(bob.folder.path + "/account/store.db") }
        for round in 1...3 { try await talk(round) }
        try await bob.restart { try TextFile.write(copy, to: bob.folder.path + "/account/store.db") }
        try await alice.send("lost", to: "bob")
        try await bob.fetch()
        // What was acknowledged a moment ago may come once more, and the first of it opens again.
        let received = try await bob.received()
        #expect(received.first == "a0" && !received.contains("lost"))
        #expect(try await bob.history().last?.reason == .notAuthentic)
        try await bob.send("hello again", to: "alice")
        try await alice.fetch()
        try await alice.send("welcome back", to: "bob")
        try await bob.fetch()
        #expect(try await alice.received().last == "hello again")
        #expect(try await bob.received() == received + ["welcome back"])
    }
}
