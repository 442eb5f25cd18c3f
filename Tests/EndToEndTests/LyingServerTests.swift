import Foundation
import Keys
import TestKit
import Testing
import Wire

@testable import Client

/// A server that lies about its key log, or has lost some of it, and clients that notice.
@Suite("A server that lies") struct LyingServerTests {
    private typealias ProofChange = @Sendable (inout TransparencyPayload?) -> Void

    @Test("a list without a whole proof is refused, nothing is sent, and what was known stays")
    func proofs() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        let bob = try await Phone(house, as: "bobby")
        let lies: [(LogFailure, ProofChange)] = [
            (.missing, { $0 = nil }),
            (.anotherKey, { $0?.head.log[3] ^= 1 }),
            (.badSignature, { $0?.head.signature[3] ^= 1 }),
            (.badSignature, { $0?.head.root[3] ^= 1 }),
            (.badSignature, { $0?.head.treeSize += 1 }),
            (.notIncluded, { $0?.inclusion[3] ^= 1 }),
            (.notIncluded, { $0?.inclusion.removeLast() }),
            (.notIncluded, { $0?.inclusion = [] }),
            (.notIncluded, { $0?.index ^= 1 }),
            (.notIncluded, { $0?.kind = .adopted }),
        ]
        for (failure, lie) in lies {
            alice.change = { $1.changeProof(at: $0, lie) }
            await #expect(throws: SottoError(.untrustedLog(failure))) { try await alice.send("psst", to: "bobby") }
        }
        alice.change = { _, _ in }
        try await bob.fetch()
        #expect(try await bob.received().isEmpty)
        try await alice.send("at last", to: "bobby")
        try await bob.fetch()
        #expect(try await bob.received() == ["at last"])
    }

    @Test("a bundle whose list is not proven is not used, and the message is not sent")
    func bundles() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        let bob = try await Phone(house, as: "bobby")
        alice.change = { (path, answer) in
            if path.contains("/claims") { answer.changeProof(at: path) { $0?.inclusion[0] ^= 1 } }
        }
        await #expect(throws: SottoError(.untrustedLog(.notIncluded))) { try await alice.send("psst", to: "bobby") }
        #expect(try await alice.account.history().map(\.progress) == [.refused])
        try await bob.fetch()
        #expect(try await bob.received().isEmpty)
    }

    @Test("a false identity, with a list that it signed itself, is refused: the log has no such list")
    func falseIdentity() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        let bob = try await house.person("bobby")
        let mallory = Person("bobby", now: House.now)
        let device = ListedDevice(
            device: DeviceID(1), registration: mallory.device.registrationID,
            identity: mallory.device.identity.publicKeys)
        let list = try VerifiedDeviceList(
            account: bob.account, epoch: 1, devices: [device], signedBy: mallory.identity)
        alice.change = { (path, answer) in
            guard path.hasPrefix("/v1/handles/") else { return }
            answer.change(AccountView.self) {
                $0.identity = list.identity.payload
                $0.deviceList = list.payload
            }
        }
        await #expect(throws: SottoError(.untrustedLog(.notIncluded))) { try await alice.send("psst", to: "bobby") }
        // The true one is not held against the false one: nothing of it was kept.
        alice.change = { _, _ in }
        try await alice.send("hello", to: "bobby")
    }

    @Test("a server that was set back is refused, also once its log has grown again; trusting it anew is possible")
    func setBack() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        _ = try await house.person("bobby")
        house.server.stop()
        let copy = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: house.folder.path + "/data", toPath: copy.path + "/data")
        let first = try await House(folder: house.folder)
        try await alice.restart(at: first)
        _ = try await first.person("carol")
        try await alice.send("hello", to: "carol")
        first.server.stop()

        let restored = try await House(folder: copy)
        try await alice.restart(at: restored)
        await #expect(throws: SottoError(.untrustedLog(.rolledBack))) { try await alice.send("psst", to: "bobby") }
        _ = try await restored.person("david")
        await #expect(throws: SottoError(.untrustedLog(.forked))) { try await alice.send("psst", to: "bobby") }
        _ = try await restored.person("erica")
        await #expect(throws: SottoError(.untrustedLog(.forked))) { try await alice.send("psst", to: "bobby") }
        let events = try await alice.fetch()
        #expect(events.contains(.trouble(SottoError(.untrustedLog(.forked)))))

        let evidence = try #require(try await alice.safety.trustLogAnew())
        #expect(evidence.head.treeSize == 3)
        try await alice.send("hello again", to: "bobby")
        #expect(try await alice.safety.trustLogAnew()?.head.treeSize == 4)
    }

    @Test("another server's log is refused for good, whatever it proves")
    func otherServer() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        let stranger = try await House()
        _ = try await house.person("bobby")
        _ = try await stranger.person("bobby")
        let head: KeyLogHead = try await stranger.api.call("GET", "/v1/transparency/head")
        // A first proof pins the key of the true server.
        try await alice.fetch()
        alice.change = { (path, answer) in answer.changeProof(at: path) { $0?.head = head.head } }
        await #expect(throws: SottoError(.untrustedLog(.anotherKey))) { try await alice.send("psst", to: "bobby") }
        // Trusting anew is for the same server: also one that names the other key is refused.
        let card: ServerCard = try await stranger.api.call("GET", "/.well-known/sotto")
        alice.change = { (path, answer) in
            answer.changeProof(at: path) { $0?.head = head.head }
            if path == "/.well-known/sotto" { answer.change(ServerCard.self) { $0.serverKey = card.serverKey } }
        }
        #expect(try await alice.safety.trustLogAnew() != nil)
        await #expect(throws: SottoError(.untrustedLog(.anotherKey))) { try await alice.send("psst", to: "bobby") }
        alice.change = { _, _ in }
        try await alice.send("at last", to: "bobby")
    }

    @Test("answers that overtake each other are no fraud")
    func overtaken() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        let bob = try await house.person("bobby")
        let early: AccountView = try await house.api.call("GET", "/v1/accounts/\(bob.account)", token: bob.token)
        _ = try await house.person("carol")
        try await alice.fetch()
        alice.change = { (path, answer) in answer.changeProof(at: path) { $0 = early.transparency } }
        _ = try await alice.safety.safetyNumber(with: try #require(Handle(text: "bobby")))
    }

    @Test("a device that slept through two changes hears of the list it never saw, once; its own changes are no news")
    func unseen() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let tablet = try await Phone(house, joining: alice)
        #expect(try await tablet.fetch().filter(\.isAboutOwnLists).isEmpty)
        let third = try await Phone(house, joining: alice)
        _ = third
        try await alice.devices.unlink(DeviceID(3))
        #expect(try await alice.fetch().filter(\.isAboutOwnLists).isEmpty)
        #expect(try await tablet.fetch().filter(\.isAboutOwnLists) == [.unseenOwnList(epoch: 3)])
        #expect(try await tablet.fetch().filter(\.isAboutOwnLists).isEmpty)
    }

    @Test("of many lists of the own account that nobody saw, a few are told at a time, and an endless log is no answer")
    func flood() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        #expect(try await alice.fetch().filter(\.isAboutOwnLists).isEmpty)
        alice.change = { (path, answer) in
            guard path.hasPrefix("/v1/accounts/me/transparency") else { return }
            answer.change(Page<KeyLogItem>.self) { (log) in
                guard let first = log.items.first else { return }
                log.items += (2...20).map { KeyLogItem(index: first.index, entry: first.entry.with(epoch: $0)) }
            }
        }
        for epochs in [2...9, 10...17, 18...20] {
            let told = try await alice.fetch().filter(\.isAboutOwnLists)
            #expect(told == epochs.map { .unseenOwnList(epoch: UInt64($0)) })
        }
        let log: Page<KeyLogItem> = try await house.api.call(
            "GET", "/v1/accounts/me/transparency", token: try await alice.account.accessTokenForTests())
        let entry = try #require(log.items.first?.entry)
        alice.change = { (path, answer) in
            guard path.hasPrefix("/v1/accounts/me/transparency"),
                let after = path.split(separator: "=").dropFirst().first?.split(separator: "&").first
                    .flatMap({ Int($0) })
            else { return }
            answer.change(Page<KeyLogItem>.self) { (log) in
                log.items = (1...200).map { KeyLogItem(index: 1, entry: entry.with(epoch: after + $0)) }
                log.next = String(after + 200)
            }
        }
        #expect(try await alice.fetch().contains(.trouble(SottoError(.unexpectedAnswer(status: 200)))))
    }

    @Test("an entry of the own account that is of another list is told at each connect; one that is left out too")
    func foreign() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        #expect(try await alice.fetch().filter(\.isAboutOwnLists).isEmpty)
        alice.change = { (path, answer) in
            guard path.hasPrefix("/v1/accounts/me/transparency") else { return }
            answer.change(Page<KeyLogItem>.self) { $0.items[0].entry[73] ^= 1 }
        }
        for _ in 0..<2 {
            #expect(try await alice.fetch().filter(\.isAboutOwnLists) == [.foreignOwnList(epoch: 1)])
        }
        alice.change = { (path, answer) in
            guard path.hasPrefix("/v1/accounts/me/transparency") else { return }
            answer.change(Page<KeyLogItem>.self) { $0.items = [] }
        }
        #expect(try await alice.fetch().contains(.trouble(SottoError(.untrustedLog(.missing)))))
        alice.change = { _, _ in }
        #expect(try await alice.fetch().filter(\.isAboutOwnLists).isEmpty)
    }
}

extension [UInt8] {
    /// An entry of the key log with another epoch.
    fileprivate func with(epoch: Int) -> Self {
        var entry = self
        for index in 0..<8 { entry[34 + index] = UInt8(truncatingIfNeeded: epoch >> (56 - 8 * index)) }
        return entry
    }
}

extension SottoEvent {
    fileprivate var isAboutOwnLists: Bool {
        switch self {
        case .unseenOwnList, .foreignOwnList: true
        default: false
        }
    }
}
