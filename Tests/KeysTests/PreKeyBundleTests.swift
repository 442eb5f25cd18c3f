import Crypto
import Testing
import Wire

@testable import Keys

@Suite struct PreKeyBundleTests {
    private func verified(
        _ payload: PreKeyBundlePayload, _ keys: TestKeys
    ) throws(PreKeyBundleError) -> VerifiedPreKeyBundle {
        try UnverifiedPreKeyBundle(account: keys.account, payload)
            .verified(for: keys.address, in: keys.list, now: TestKeys.now)
    }

    @Test("a bundle signed by its device and listed by its account is verified; one-time goes before last resort")
    func accepted() throws {
        let keys = try TestKeys()
        var payload = try keys.bundle()
        let bundle = try verified(payload, keys)
        #expect(bundle.address == keys.address && bundle.registration == keys.registration)
        #expect(bundle.accountIdentity == keys.accountIdentity.publicKeys)
        #expect(bundle.deviceIdentity == keys.identity.publicKeys)
        #expect(bundle.signedPreKey.payload == payload.signedPreKey)
        #expect(bundle.single == .oneTime(try OneTimePreKey(try #require(payload.oneTimePreKey))))
        #expect(bundle.kemPreKey.payload == payload.kemPreKey && bundle.kemKind == .oneTime)
        payload.oneTimePreKey = nil
        payload.kemPreKey = try keys.kem(.lastResort, 9)
        let poor = try verified(payload, keys)
        #expect(poor.single == .lastResort(try SignedPreKey(try #require(payload.lastResortPreKey))))
        #expect(poor.kemKind == .lastResort)
        payload.lastResortPreKey = nil
        #expect(try verified(payload, keys).single == nil)
    }

    @Test("a bundle of another device, account, identity or registration is refused")
    func wrongDevice() throws {
        let keys = try TestKeys()
        let other = try TestKeys()
        let payload = try keys.bundle()
        let unverified = UnverifiedPreKeyBundle(account: keys.account, payload)
        #expect(throws: PreKeyBundleError.wrongDevice) {
            _ = try unverified.verified(for: other.address, in: other.list, now: TestKeys.now)
        }
        #expect(throws: PreKeyBundleError.wrongDevice) {
            _ = try unverified.verified(for: keys.address, in: other.list, now: TestKeys.now)
        }
        var second = payload
        second.device = DeviceID(2)
        let address = DeviceAddress(account: keys.account, device: DeviceID(2))
        #expect(throws: PreKeyBundleError.notListed) {
            _ = try UnverifiedPreKeyBundle(account: keys.account, second)
                .verified(for: address, in: keys.list, now: TestKeys.now)
        }
        var changed = payload
        changed.identity = other.identity.publicKeys.payload
        #expect(throws: PreKeyBundleError.identityChanged) { _ = try verified(changed, keys) }
        changed = payload
        changed.registrationID = try #require(RegistrationID(10))
        #expect(throws: PreKeyBundleError.identityChanged) { _ = try verified(changed, keys) }
    }

    @Test("a bundle without an ML-KEM prekey, or with any key that is not what it should be, is refused")
    func badKeys() throws {
        let keys = try TestKeys()
        let other = try TestKeys()
        let good = try keys.bundle()
        func check(_ expected: PreKeyBundleError, _ change: (inout PreKeyBundlePayload) throws -> Void) throws {
            var payload = good
            try change(&payload)
            #expect(throws: expected) { _ = try verified(payload, keys) }
        }
        try check(.noKEMPreKey) { $0.kemPreKey = nil }
        try check(.preKey(.badSignature(TestKeys.id(1)))) { $0.signedPreKey = try other.signed(.standing, 1) }
        try check(.preKey(.badSignature(TestKeys.id(1)))) { $0.signedPreKey = try keys.signed(.lastResort, 1) }
        try check(.preKey(.badSignature(TestKeys.id(3)))) { $0.lastResortPreKey = try keys.signed(.standing, 3) }
        try check(.preKey(.badSignature(TestKeys.id(4)))) { $0.kemPreKey = try other.kem(.oneTime, 4) }
        let nameless = OneTimePreKeyPayload(id: 0, key: [UInt8](repeating: 0, count: 32))
        try check(.preKey(.malformed)) { $0.oneTimePreKey = nameless }
        try check(.preKey(.notAKey(TestKeys.id(4)))) { $0.kemPreKey?.key = [UInt8](repeating: 0xFF, count: 1_184) }
        let old = Timestamp(milliseconds: TestKeys.now.milliseconds - 61 * TestKeys.dayMilliseconds)
        try check(.preKey(.stale(TestKeys.id(1)))) { $0.signedPreKey = try keys.signed(.standing, 1, createdAt: old) }
    }
}
