import Keys
import TestKit
import Testing
import Wire

@testable import Client

@Suite("Recovery")
struct RecoveryTests {
    @Test("who has lost every device is back with the recovery key, and knows whom the account knew")
    func restore() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: "bob")
        try await alice.send("before", to: "bob")
        let before = try await bob.safety.safetyNumber(with: try #require(Handle(text: "alice")))
        let key = try await alice.recovery.createBackup()
        #expect(try await alice.recovery.createBackup() == key)
        let lost = try #require(try await alice.account.whoami()).address
        await alice.account.close()

        let phone = try await Phone(house)
        #expect(try await phone.recovery.restore(recoveryKey: key.lowercased(), unlinkingOthers: true) == 0)
        let own = try #require(try await phone.account.whoami())
        #expect(own.handle.text == "alice")
        #expect(own.address.account == lost.account)
        #expect(own.address.device == DeviceID(2))
        try await phone.send("back again", to: "bob")
        try await bob.fetch()
        #expect(try await bob.received() == ["before", "back again"])
        try await bob.send("welcome", to: "alice")
        try await phone.fetch()
        #expect(try await phone.received() == ["welcome"])
        #expect(try await bob.safety.safetyNumber(with: try #require(Handle(text: "alice"))).digits == before.digits)

        // The backup has followed the account: it restores once more.
        let third = try await Phone(house)
        #expect(try await third.recovery.restore(recoveryKey: key) == 1)
        try await bob.send("to both", to: "alice")
        for device in [phone, third] {
            try await device.fetch()
            #expect(try await device.received().last == "to both")
        }
    }

    @Test("a device number that leaves no room, or was given out before, is refused")
    func deviceNumbers() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let key = try await alice.recovery.createBackup()
        let phone = try await Phone(house, isDoubtful: true)
        for number in [1, 1 << 31, UInt32.max] {
            phone.change = { (path, answer) in
                guard path.hasPrefix("/v1/backups/") else { return }
                answer.change(RecoveryView.self) { $0.nextDevice = DeviceID(number) }
            }
            await #expect(throws: SottoError(.unexpectedAnswer(status: 200))) {
                try await phone.recovery.restore(recoveryKey: key)
            }
        }
        phone.change = { _, _ in }
        #expect(try await phone.recovery.restore(recoveryKey: key) == 1)
    }

    @Test("the lost device is turned away once it was unlinked")
    func lostDevice() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let key = try await alice.recovery.createBackup()
        let phone = try await Phone(house)
        _ = try await phone.recovery.restore(recoveryKey: key, unlinkingOthers: true)
        await #expect(throws: SottoError(.unlinked)) { try await alice.fetch() }
    }

    @Test("a backup is stored once until something changes, and a deleted one restores nobody")
    func lifetime() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        _ = try await Phone(house, as: "bob")
        #expect(try await alice.recovery.backupReceipt() == nil)
        await #expect(throws: SottoError(.noBackup)) { try await alice.recovery.updateBackup() }
        let key = try await alice.recovery.createBackup()
        #expect(try await alice.recovery.updateBackup() == false)
        try await alice.send("now I know bob", to: "bob")
        try await alice.fetch()
        #expect(try await alice.recovery.backupReceipt()?.revision == 2)
        #expect(try await alice.recovery.updateBackup() == false)
        try await alice.recovery.deleteBackup()
        let phone = try await Phone(house)
        await #expect(throws: SottoError(.noBackup)) { try await phone.recovery.restore(recoveryKey: key) }
        await #expect(throws: SottoError(.badRecoveryKey(.wrongLength))) {
            try await phone.recovery.restore(recoveryKey: String(key.dropLast()))
        }
        await #expect(throws: SottoError(.alreadyRegistered)) { try await alice.recovery.restore(recoveryKey: key) }
    }

    @Test("a backup of another device is not overwritten by accident; replacing it makes the old key useless")
    func twoKeys() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let old = try await alice.recovery.createBackup()
        let phone = try await Phone(house)
        _ = try await phone.recovery.restore(recoveryKey: old)
        try await phone.recovery.deleteBackup()
        let new = try await phone.recovery.createBackup()
        #expect(new != old)
        // Alice's first device still has the old key; what it stores must not take the place of the new backup.
        _ = try await alice.devices.all()
        let events = try await alice.fetch()
        #expect(events.contains(.trouble(SottoError(.backupExists))))
        await #expect(throws: SottoError(.noBackup)) { try await alice.recovery.updateBackup() }
        await #expect(throws: SottoError(.backupExists)) { try await alice.recovery.createBackup() }
        let newest = try await alice.recovery.createBackup(replacing: true)
        let third = try await Phone(house)
        await #expect(throws: SottoError(.noBackup)) { try await third.recovery.restore(recoveryKey: new) }
        _ = try await third.recovery.restore(recoveryKey: newest)
    }

    @Test("a backup that another device has deleted does not come back, and the next one has another key")
    func deletedElsewhere() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let stolen = try await alice.recovery.createBackup()
        let phone = try await Phone(house)
        _ = try await phone.recovery.restore(recoveryKey: stolen)
        try await phone.recovery.deleteBackup()
        // Her own list has changed, so there is something to store.
        let events = try await alice.fetch()
        #expect(events.contains(.trouble(SottoError(.noBackup))))
        #expect(try await alice.recovery.backupReceipt() == nil)
        await #expect(throws: SottoError(.noBackup)) { try await alice.recovery.updateBackup() }
        let next = try await alice.recovery.createBackup()
        #expect(next != stolen)
        try await phone.recovery.deleteBackup()
        // Nothing has changed at hers: who asks is told all the same.
        await #expect(throws: SottoError(.noBackup)) { try await alice.recovery.updateBackup() }
        let third = try await alice.recovery.createBackup()
        try await phone.recovery.deleteBackup()
        #expect(try await alice.recovery.createBackup() != third)
    }

    @Test("who asks for the key again, or for an update, hears that another device's backup has taken the place")
    func replacedElsewhere() async throws {
        for isCreating in [true, false] {
            let house = try await House()
            let alice = try await Phone(house, as: "alice")
            let old = try await alice.recovery.createBackup()
            let phone = try await Phone(house)
            _ = try await phone.recovery.restore(recoveryKey: old)
            try await alice.fetch()
            #expect(try await alice.recovery.updateBackup() == false)
            try await phone.recovery.deleteBackup()
            let new = try await phone.recovery.createBackup()
            await #expect(throws: SottoError(.backupExists)) {
                if isCreating {
                    _ = try await alice.recovery.createBackup()
                } else {
                    try await alice.recovery.updateBackup()
                }
            }
            await #expect(throws: SottoError(.noBackup)) { try await alice.recovery.updateBackup() }
            #expect(try await phone.recovery.createBackup() == new)
        }
    }

    @Test("calls at the same time go one after the other: what is here and what the server has stay together")
    func atTheSameTime() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let client = alice.account
        async let first = client.recovery.createBackup()
        async let second = client.recovery.createBackup()
        #expect(try await first == second)
        for _ in 0..<10 {
            async let created = client.recovery.createBackup()
            async let updated = try? client.recovery.updateBackup()
            async let deleted: Void = client.recovery.deleteBackup()
            _ = try await (created, updated, deleted)
            let isHere = (try? await client.recovery.updateBackup()) != nil
            let isThere = try await client.recovery.backupReceipt() != nil
            #expect(isHere == isThere)
        }
    }

    @Test("a linked device without the account's key makes no backup")
    func linkedDevice() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let laptop = try await Phone(house, joining: alice)
        await #expect(throws: SottoError(.cannotChangeDevices)) { try await laptop.recovery.createBackup() }
    }
}
