import Keys
import Store
import TestKit
import Testing
import Wire

@testable import Chat

@Suite struct AccountTests {
    @Test("a registered account is found by handle and by id, with its signed list")
    func register() async throws {
        let house = ChatHouse()
        let alice = try await house.person("alice")
        let byHandle = try await house.chat.look { (look) throws(Problem) in try look.account(handle: alice.handle) }
        let byID = try await house.chat.look { (look) throws(Problem) in try look.account(alice.account) }
        #expect(byHandle == byID)
        #expect(byHandle.deviceList == alice.registration().deviceList)
        #expect(byHandle.identity == alice.identity.publicKeys.payload)
    }

    @Test("a handle and an account id are taken once")
    func taken() async throws {
        let house = ChatHouse()
        let alice = try await house.person("alice")
        #expect(await problem { try await house.person("alice") } == .handleTaken)
        #expect(await problem { try await house.register(alice) } == .accountTaken)
    }

    @Test("a list or a prekey signed by another key is refused before anything is stored")
    func forged() async throws {
        let house = ChatHouse()
        let alice = Person("alice", now: house.now)
        let mallory = Person("mallory", now: house.now)
        var request = alice.registration()
        request.identity = mallory.identity.publicKeys.payload
        #expect(throws: Problem.self) { try VerifiedRegistration(request, now: house.now) }
        request = alice.registration()
        request.preKeys.signedPreKey = mallory.device.upload.signedPreKey
        let refused = #expect(throws: Problem.self) { try VerifiedRegistration(request, now: house.now) }
        #expect(refused?.code == .badSignature)
        request = alice.registration()
        request.preKeys.signedPreKey = nil
        #expect(throws: Problem.self) { try VerifiedRegistration(request, now: house.now) }
        request = alice.registration()
        request.preKeys.kemLastResortPreKey = nil
        #expect(throws: Problem.self, "no handshake without a KEM") {
            try VerifiedRegistration(request, now: house.now)
        }
    }

    @Test("by invitation: none, a wrong one and a used-up one are refused")
    func invites() async throws {
        let house = ChatHouse()
        let code = try #require(PresentedToken(text: MintedTokens().access))
        let row = InviteRow(hash: code.hash, usesLeft: 1, expiresAt: house.now.adding(seconds: 60))
        try await house.chat.commit { (turn) throws(Problem) in try turn.tables.put(row) }
        let people = ["alice", "bobby", "carol"].map { Person($0, now: house.now) }
        let wrong = try #require(PresentedToken(text: MintedTokens().access))
        #expect(await problem { try await house.register(people[0], mode: .invite) } == .inviteRequired)
        #expect(await problem { try await house.register(people[0], mode: .invite, invite: wrong) } == .inviteInvalid)
        try await house.register(people[0], mode: .invite, invite: code)
        #expect(await problem { try await house.register(people[1], mode: .invite, invite: code) } == .inviteInvalid)
        let late = InviteRow(hash: code.hash, usesLeft: 5, expiresAt: house.now.adding(seconds: 60))
        try await house.chat.commit { (turn) throws(Problem) in try turn.tables.put(late) }
        house.clock.advance(seconds: 61)
        #expect(await problem { try await house.register(people[2], mode: .invite, invite: code) } == .inviteInvalid)
    }

    @Test("an access token names its device until it expires")
    func access() async throws {
        let house = ChatHouse()
        let alice = Person("alice", now: house.now)
        let registered = try await house.register(alice)
        let token = try #require(PresentedToken(text: registered.tokens.accessToken))
        let found = try await house.chat.look { (look) throws(Problem) in try look.authenticate(token).0 }
        #expect(found == alice.address)
        let refresh = try #require(PresentedToken(text: registered.tokens.refreshToken))
        #expect(
            await problem { try await house.chat.look { (look) throws(Problem) in try look.authenticate(refresh).0 } }
                == .unauthenticated)
        house.clock.advance(seconds: Limits.accessTokenSeconds)
        #expect(
            await problem { try await house.chat.look { (look) throws(Problem) in try look.authenticate(token).0 } }
                == .tokenExpired)
    }

    @Test("a refresh token works once; used again, it ends the whole family")
    func refresh() async throws {
        let house = ChatHouse()
        let registered = try await house.register(Person("alice", now: house.now))
        let first = try #require(PresentedToken(text: registered.tokens.refreshToken))
        let second = try #require(try await house.chat.commit { (turn) throws(Problem) in try turn.refresh(first) })
        let access = try #require(PresentedToken(text: second.accessToken))
        _ = try await house.chat.look { (look) throws(Problem) in try look.authenticate(access).0 }
        #expect(try await house.chat.commit { (turn) throws(Problem) in try turn.refresh(first) } == nil)
        #expect(
            await problem { try await house.chat.look { (look) throws(Problem) in try look.authenticate(access).0 } }
                == .unauthenticated)
        let next = try #require(PresentedToken(text: second.refreshToken))
        #expect(try await house.chat.commit { (turn) throws(Problem) in try turn.refresh(next) } == nil)
    }
}

@Suite struct DeviceTests {
    @Test("linking publishes the next list; the device can log in and its number is never given again")
    func link() async throws {
        let house = ChatHouse()
        let alice = try await house.person("alice")
        let tablet = PersonDevice(account: alice.account, number: 2, now: house.now)
        let linked = try await change(house, alice, epoch: 2, [alice.device, tablet], preKeys: tablet.upload)
        #expect(linked.deviceList.devices.map(\.device) == [DeviceID(1), DeviceID(2)])
        let tokens = MintedTokens()
        _ = try await house.chat.commit { (turn) throws(Problem) in try turn.logIn(tablet.address, tokens: tokens) }

        _ = house.takeEffects()
        _ = try await change(house, alice, epoch: 3, [alice.device])
        let effects = house.takeEffects()
        guard case .disconnect(tablet.address, .deviceUnlinked)? = effects.first else {
            Issue.record("the unlinked device is not disconnected: \(effects)")
            return
        }
        let token = try #require(PresentedToken(text: tokens.access))
        #expect(
            await problem { try await house.chat.look { (look) throws(Problem) in try look.authenticate(token).0 } }
                == .unauthenticated)
        let again = PersonDevice(account: alice.account, number: 2, now: house.now)
        #expect(
            await problem { try await change(house, alice, epoch: 4, [alice.device, again], preKeys: again.upload) }
                == .malformed)
        let own = try await house.chat.look { (look) throws(Problem) in try look.ownDevices(of: alice.account) }
        #expect(own.items.map(\.device) == [DeviceID(1)] && own.nextDevice == DeviceID(3))
        let third = PersonDevice(account: alice.account, number: 3, now: house.now)
        _ = try await change(house, alice, epoch: 4, [alice.device, third], preKeys: third.upload)
    }

    @Test("a list that is not the next one, forged, or changes a linked device is refused")
    func refusals() async throws {
        let house = ChatHouse()
        let alice = try await house.person("alice")
        let mallory = try await house.person("mallory")
        let tablet = PersonDevice(account: alice.account, number: 2, now: house.now)
        for epoch: UInt64 in [1, 3] {
            #expect(
                await problem {
                    try await change(house, alice, epoch: epoch, [alice.device, tablet], preKeys: tablet.upload)
                } == .staleDeviceList)
        }
        let forged = DeviceListChange(deviceList: mallory.list(epoch: 2, [mallory.device]))
        #expect(await problem { try await change(house, alice, forged) } == .badSignature)
        let replaced = PersonDevice(account: alice.account, number: 1, now: house.now)
        #expect(await problem { try await change(house, alice, epoch: 2, [replaced]) } == .malformed)
        #expect(await problem { try await change(house, alice, epoch: 2, [alice.device, tablet]) } == .malformed)
        #expect(await problem { try await change(house, alice, epoch: 2, [alice.device]) } == .malformed, "the same")
    }

    private func change(
        _ house: ChatHouse, _ person: Person, epoch: UInt64, _ devices: [PersonDevice], preKeys: PreKeyUpload? = nil
    ) async throws -> AccountView {
        try await change(
            house, person, DeviceListChange(deviceList: person.list(epoch: epoch, devices), preKeys: preKeys))
    }

    private func change(_ house: ChatHouse, _ person: Person, _ change: DeviceListChange) async throws -> AccountView {
        let row = try await house.chat.look { (look) throws(Problem) in try look.accountRow(person.account) }
        let verified = try VerifiedListChange(change, of: row, now: house.now)
        let caller = person.address
        return try await house.chat.commit { (turn) throws(Problem) in
            try turn.changeDevices(verified, of: caller.account, by: caller)
        }
    }
}

@Suite struct PreKeyTests {
    @Test("each one-time prekey is handed out once, then the last-resort one stands in, and the device hears of it")
    func claims() async throws {
        let house = ChatHouse()
        let alice = try await house.person("alice", oneTimePreKeyCount: 3)
        var handedOut: Set<UInt32> = []
        for _ in 0..<3 {
            let bundle = try await claim(house, alice)
            handedOut.insert(try #require(bundle.oneTimePreKey).id)
            #expect(bundle.lastResortPreKey == nil)
        }
        #expect(handedOut.count == 3)
        _ = house.takeEffects()
        for _ in 0..<2 {
            let bundle = try await claim(house, alice)
            #expect(bundle.oneTimePreKey == nil)
            #expect(bundle.lastResortPreKey == alice.device.upload.lastResortPreKey)
        }
        guard case .notify(let notice, alice.address)? = house.takeEffects().first else {
            Issue.record("no keys.low")
            return
        }
        #expect(notice == .init(topic: .keysLow, count: 0))
    }

    @Test("1,000 claims at once of 100 keys give 100 distinct ones")
    func parallelClaims() async throws {
        let house = ChatHouse()
        let alice = try await house.person("alice", oneTimePreKeyCount: 100)
        let bundles = try await withThrowingTaskGroup(of: PreKeyBundlePayload.self) { (group) in
            for _ in 0..<1000 { group.addTask { try await self.claim(house, alice) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let keys = bundles.compactMap(\.oneTimePreKey)
        #expect(keys.count == 100)
        #expect(Set(keys.map(\.id)).count == 100)
        #expect(bundles.filter { $0.oneTimePreKey == nil }.allSatisfy { $0.lastResortPreKey != nil })
    }

    @Test("the stock of one-time prekeys is bounded")
    func bound() async throws {
        let house = ChatHouse()
        let alice = try await house.person("alice", oneTimePreKeyCount: 100)
        let upload = PersonDevice.upload(
            by: alice.device.identity, firstID: 1000, oneTimePreKeyCount: 100, now: house.now)
        let verified = try VerifiedPreKeyUpload(checking: upload, of: alice.device.identity.publicKeys, now: house.now)
        let address = alice.address
        let counts = try await house.chat.commit { (turn) throws(Problem) in try turn.upload(verified, of: address) }
        #expect(counts.oneTimePreKeys == 200)
        #expect(
            await problem {
                try await house.chat.commit { (turn) throws(Problem) in try turn.upload(verified, of: address) }
            } == .malformed)
    }

    private func claim(_ house: ChatHouse, _ person: Person) async throws -> PreKeyBundlePayload {
        let account = person.account
        let claimed = try await house.chat.commit { (turn) throws(Problem) in
            try turn.claimKeys(of: account, device: nil)
        }
        return try #require(claimed.bundles.first)
    }
}
