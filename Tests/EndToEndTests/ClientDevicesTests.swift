@testable import Client
import Keys
import TestKit
import Testing
import Wire

@Suite("Clients with several devices")
struct ClientDevicesTests {
    @Test("a linked device gets what is sent to the account, and what its other device sends")
    func linked() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: "bob")
        try await alice.send("before", to: "bob")
        try await bob.fetch()
        let laptop = try await Phone(house, joining: bob)
        #expect(try await laptop.account.whoami()?.address.device == DeviceID(2))
        // Alice's list is stale: the server says so, and the message goes to both.
        try await alice.send("to both", to: "bob")
        try await bob.fetch()
        try await laptop.fetch()
        #expect(try await bob.received() == ["before", "to both"])
        #expect(try await laptop.received() == ["to both"])
        try await bob.send("from the phone", to: "alice")
        try await laptop.fetch()
        let synced = try #require(try await laptop.history().last)
        #expect(synced.kind == .synced)
        #expect(synced.text == "from the phone")
        #expect(synced.author.isOwn)
    }

    @Test("two devices on each side hear everything, whichever of them speaks")
    func twoAndTwo() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let alice2 = try await Phone(house, joining: alice)
        let bob = try await Phone(house, as: "bob")
        let bob2 = try await Phone(house, joining: bob)
        for round in 0..<3 {
            try await alice.send("a1-\(round)", to: "bob")
            try await alice2.send("a2-\(round)", to: "bob")
            try await bob.send("b1-\(round)", to: "alice")
            try await bob2.send("b2-\(round)", to: "alice")
            for phone in [alice, alice2, bob, bob2] { try await phone.fetch() }
        }
        let fromAlice = (0..<3).flatMap { ["a1-\($0)", "a2-\($0)"] }
        let fromBob = (0..<3).flatMap { ["b1-\($0)", "b2-\($0)"] }
        for phone in [bob, bob2] { #expect(try await phone.received() == fromAlice) }
        for phone in [alice, alice2] { #expect(try await phone.received() == fromBob) }
        for (phone, other) in [(alice, "a2-"), (alice2, "a1-"), (bob, "b2-"), (bob2, "b1-")] {
            let synced = try await phone.history().filter { $0.kind == .synced }.map { $0.text ?? "" }
            #expect(synced == (0..<3).map { "\(other)\($0)" })
        }
    }

    @Test("an unlinked device hears that it is, and the others go on without it")
    func unlinked() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: "bob")
        let laptop = try await Phone(house, joining: bob)
        try await alice.send("to both", to: "bob")
        try await bob.devices.unlink(DeviceID(2))
        await #expect(throws: SottoError(.unlinked)) { try await laptop.fetch() }
        try await alice.send("to one", to: "bob")
        try await bob.fetch()
        #expect(try await bob.received() == ["to both", "to one"])
        // A number is never used twice.
        let tablet = try await Phone(house, joining: bob)
        #expect(try await tablet.account.whoami()?.address.device == DeviceID(3))
    }

    @Test("what an unlinked device sends without saying who it is goes out once: its own copy is refused, and then all")
    func unlinkedSealed() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: "bobby")
        let laptop = try await Phone(house, joining: alice)
        for phone in [alice, laptop, bob] { try await phone.fetch() }
        try await laptop.send("hello", to: "bobby")
        try await bob.fetch()
        try await bob.send("yes", to: "alice")
        try await laptop.fetch()
        #expect(try await laptop.send("hidden", to: "bobby").isSenderHidden)
        #expect(await laptop.outbox.settle() == nil)
        try await alice.devices.unlink(DeviceID(2))
        #expect(try await laptop.send("once", to: "bobby").isSenderHidden)
        #expect(await laptop.outbox.settle() == SottoError(.unlinked))
        #expect(try await laptop.kept(.certificate) == nil)
        await #expect(throws: SottoError(.unlinked)) { try await laptop.send("never", to: "bobby") }
        try await laptop.restart()
        await #expect(throws: SottoError(.unlinked)) { try await laptop.send("never", to: "bobby") }
        try await bob.fetch()
        #expect(try await bob.received() == ["hello", "hidden", "once"])
    }

    @Test("the same code again is answered alike; only the account's key links and unlinks")
    func linkingTwice() async throws {
        let house = try await House()
        let bob = try await Phone(house, as: "bob")
        let laptop = try await Phone(house)
        let code = try await laptop.devices.requestLink()
        #expect(try await laptop.devices.requestLink() == code)
        await #expect(throws: SottoError(.notLinkedYet)) { try await laptop.fetch() }
        let reply = try await bob.devices.link(code: code)
        #expect(try await bob.devices.link(code: code) == reply)
        try await laptop.restart()
        try await laptop.devices.completeLink(reply)
        await #expect(throws: SottoError(.cannotChangeDevices)) { try await laptop.devices.link(code: code) }
        await #expect(throws: SottoError(.cannotChangeDevices)) { try await laptop.devices.unlink(DeviceID(1)) }
        await #expect(throws: SottoError(.cannotChangeDevices)) { try await laptop.recovery.createBackup() }
        for (phone, number) in [(bob, 1), (laptop, 2)] {
            let device = DeviceID(UInt32(number))
            await #expect(throws: SottoError(.cannotUnlinkItself)) { try await phone.devices.unlink(device) }
        }
        await #expect(throws: SottoError(.badCode)) { try await bob.devices.link(code: String(code.dropLast(5))) }
    }

    @Test("both sides show the same safety number, on every device")
    func safetyNumbers() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: "bob")
        let laptop = try await Phone(house, joining: bob)
        let (toBob, toAlice) = (try #require(Handle(text: "bob")), try #require(Handle(text: "alice")))
        let shown = try await alice.safety.safetyNumber(with: toBob)
        #expect(try await bob.safety.safetyNumber(with: toAlice).digits == shown.digits)
        #expect(try await laptop.safety.safetyNumber(with: toAlice).digits == shown.digits)
        #expect(shown.matches(scanned: try await laptop.safety.safetyNumber(with: toAlice).payload))
    }

    @Test("a comparison that succeeds is remembered, through restarts, new devices and a recovery")
    func verification() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: "bob")
        let (toBob, toAlice) = (try #require(Handle(text: "bob")), try #require(Handle(text: "alice")))
        let shown = try await bob.safety.safetyNumber(with: toAlice)
        #expect(try await alice.safety.verification(of: toBob) == .unverified)
        let wrong = String(shown.digits.reversed())
        await #expect(throws: SottoError(.safetyNumberDiffers)) { try await alice.safety.verify(toBob, digits: wrong) }
        await #expect(throws: SottoError(.badCode)) { try await alice.safety.verify(toBob, digits: "123") }
        await #expect(throws: SottoError(.safetyNumberDiffers)) {
            try await alice.safety.verify(toBob, scanned: [UInt8](repeating: 0, count: 65))
        }
        #expect(try await alice.safety.verification(of: toBob) == .unverified)
        try await alice.safety.verify(toBob, digits: shown.groups.joined(separator: " "))
        let verified = try await alice.safety.verification(of: toBob)
        #expect(verified != .unverified)
        try await alice.restart()
        let laptop = try await Phone(house, joining: bob)
        try await alice.send("to both", to: "bob")
        #expect(try await laptop.account.whoami()?.address.device == DeviceID(2))
        #expect(try await alice.safety.verification(of: toBob) == verified)
        #expect(try await alice.people.devices(of: toBob).map(\.device) == [DeviceID(1), DeviceID(2)])
        #expect(try await alice.people.devices(of: toBob).allSatisfy { $0.verification == verified })
        let key = try await alice.recovery.createBackup()
        let restored = try await Phone(house)
        _ = try await restored.recovery.restore(recoveryKey: key)
        #expect(try await restored.safety.verification(of: toBob) == verified)
        try await alice.safety.setVerified(false, toBob)
        #expect(try await alice.safety.verification(of: toBob) == .unverified)
        try await bob.safety.verify(toAlice, scanned: try await alice.safety.safetyNumber(with: toBob).payload)
        #expect(try await bob.safety.verification(of: toAlice) != .unverified)
    }

    @Test("a handle that is taken is refused, and another may be tried in the same folder")
    func takenHandle() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let other = try await Phone(house)
        let error = await #expect(throws: SottoError.self) {
            try await other.account.register(handle: try #require(Handle(text: "alice")))
        }
        #expect(error?.code == "handle-taken")
        try await other.account.register(handle: try #require(Handle(text: "alice2")))
        try await other.send("hi", to: "alice")
        try await alice.fetch()
        #expect(try await alice.received() == ["hi"])
    }
}
