import Crypto
import Keys
import Ratchet
import Testing
import Wire

@testable import Client

@Suite("Prekeys in the local store")
struct PreKeyStockTests {
    private let now = Timestamp(milliseconds: 1_700_000_000_000)

    private func mint(
        _ store: LocalStore, _ identity: borrowing DeviceIdentity, count: Int, now: Timestamp
    ) throws -> PreKeyUpload {
        var transaction = StoreTransaction()
        var counters = try store.value(.counters) ?? Counters()
        let upload = PreKeyStock.mint(
            oneTimeCount: count, kemCount: count, withStanding: true, signedBy: identity, counters: &counters, now: now,
            into: &transaction)
        try store.commit(transaction)
        return upload
    }

    @Test("a server takes what was made, and the store gives the same upload again")
    func upload() throws {
        let store = try StoreCase().open()
        let identity = DeviceIdentity()
        let upload = try mint(store, identity, count: 4, now: now)
        #expect(throws: Never.self) { try VerifiedPreKeyUpload(upload, of: identity.publicKeys, now: now) }
        #expect(try PreKeyStock.upload(from: store) == upload)
    }

    @Test("no id is given twice, over all kinds and makings")
    func distinctIDs() throws {
        let store = try StoreCase().open()
        let identity = DeviceIdentity()
        var ids: [UInt32] = []
        for _ in 0..<3 {
            let upload = try mint(store, identity, count: 3, now: now)
            ids += upload.oneTimePreKeys.map(\.id) + upload.kemOneTimePreKeys.map(\.id)
            let standing = [upload.signedPreKey?.id, upload.lastResortPreKey?.id, upload.kemLastResortPreKey?.id]
            ids += standing.compactMap { $0 }
        }
        #expect(ids.count == 27)
        #expect(Set(ids).count == 27)
    }

    @Test("replaced keys stay for as long as a message may wait, then go; standing ones stay for ever")
    func pruning() throws {
        let store = try StoreCase().open()
        let identity = DeviceIdentity()
        _ = try mint(store, identity, count: 0, now: now)
        let later = now.adding(seconds: ClientLimits.signedPreKeySeconds)
        _ = try mint(store, identity, count: 0, now: later)
        func prune(_ time: Timestamp) throws -> Int {
            var transaction = StoreTransaction()
            try PreKeyStock.prune(store, now: time, into: &transaction)
            try store.commit(transaction)
            return try store.keys(in: .preKeys).count
        }
        #expect(try prune(now.adding(seconds: ClientLimits.oldPreKeySeconds)) == 6)
        #expect(try prune(now.adding(seconds: ClientLimits.oldPreKeySeconds + 1)) == 3)
        #expect(try prune(now.adding(seconds: 10 * ClientLimits.oldPreKeySeconds)) == 3)
    }

    @Test(
        "the keys that a handshake names are found; its one-time keys are then gone, and one without any is remembered",
        arguments: [true, false])
    func spending(usesOneTimeKeys: Bool) throws {
        let store = try StoreCase().open()
        let identity = DeviceIdentity()
        let upload = try mint(store, identity, count: 2, now: now)
        let handshake = try handshake(with: identity, upload, usesOneTimeKeys: usesOneTimeKeys)
        #expect(handshake.usesNoOneTimeKey == !usesOneTimeKeys)
        #expect(try hasKeys(for: handshake, store))
        let before = try store.keys(in: .preKeys).count
        var transaction = StoreTransaction()
        PreKeyStock.spend(handshake, now: now, into: &transaction)
        try store.commit(transaction)
        #expect(try store.keys(in: .preKeys).count == (usesOneTimeKeys ? before - 2 : before))
        #expect(try hasKeys(for: handshake, store) == !usesOneTimeKeys)
        #expect((try store.value(.answered(handshake.id)) != nil) == !usesOneTimeKeys)
    }

    private func hasKeys(for handshake: Handshake, _ store: LocalStore) throws -> Bool {
        if try PreKeyStock.responderKeys(for: handshake, in: store) != nil { return true }
        return false
    }

    /// What somebody's first message to that device begins with.
    private func handshake(
        with identity: borrowing DeviceIdentity, _ upload: PreKeyUpload, usesOneTimeKeys: Bool
    ) throws -> Handshake {
        let account = AccountIdentity()
        let id = AccountID.random()
        let registration = try #require(RegistrationID(5))
        let caller = DeviceIdentity()
        let list = try VerifiedDeviceList(
            account: id, epoch: 1,
            devices: [
                ListedDevice(device: DeviceID(1), registration: registration, identity: identity.publicKeys),
                ListedDevice(device: DeviceID(2), registration: registration, identity: caller.publicKeys),
            ], signedBy: account)
        let payload = PreKeyBundlePayload(
            device: DeviceID(1), registrationID: registration, identity: identity.publicKeys.payload,
            signedPreKey: try #require(upload.signedPreKey),
            oneTimePreKey: usesOneTimeKeys ? upload.oneTimePreKeys.first : nil,
            lastResortPreKey: usesOneTimeKeys ? nil : upload.lastResortPreKey,
            kemPreKey: usesOneTimeKeys ? upload.kemOneTimePreKeys.first : upload.kemLastResortPreKey)
        let bundle = try UnverifiedPreKeyBundle(account: id, payload)
            .verified(for: DeviceAddress(account: id, device: DeviceID(1)), in: list, now: now)
        var session = try Session.initiate(
            as: try #require(Party(DeviceID(2), in: list)), identity: caller, with: bundle)
        return try #require(try SessionMessage(try session.encrypt([1])).handshake)
    }

    @Test("surplus one-time keys go, the oldest first")
    func surplus() throws {
        let store = try StoreCase().open()
        var transaction = StoreTransaction()
        for id in 1...(ClientLimits.oneTimePreKeysKeptMax + 10) {
            transaction.put(StoredPreKey(secret: [1], createdAt: now), at: .preKey(.oneTime, UInt32(id)))
        }
        try store.commit(transaction)
        var pruning = StoreTransaction()
        try PreKeyStock.prune(store, now: now, into: &pruning)
        try store.commit(pruning)
        let left = try store.keys(in: .preKeys)
        #expect(left.count == ClientLimits.oneTimePreKeysKeptMax)
        #expect(left.first == .preKey(.oneTime, 11))
    }
}
