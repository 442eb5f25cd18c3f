import Crypto
import Testing
import Wire

@testable import Keys

@Suite struct PreKeyUploadTests {
    private func verified(
        _ upload: PreKeyUpload, _ keys: TestKeys, now: Timestamp = TestKeys.now
    ) throws(PreKeyError) -> VerifiedPreKeyUpload {
        try VerifiedPreKeyUpload(upload, of: keys.identity.publicKeys, now: now)
    }

    @Test("an upload with everything its device signed is accepted as it came")
    func accepted() throws {
        let keys = try TestKeys()
        let upload = PreKeyUpload(
            signedPreKey: try keys.signed(.standing), oneTimePreKeys: [try keys.oneTime(1), try keys.oneTime(2)],
            lastResortPreKey: try keys.signed(.lastResort), kemOneTimePreKeys: [try keys.kem(.oneTime, 1)],
            kemLastResortPreKey: try keys.kem(.lastResort, 2))
        let checked = try verified(upload, keys)
        #expect(checked.payload == upload && checked.isCompleteForFirstUse)
        #expect(try !verified(PreKeyUpload(oneTimePreKeys: upload.oneTimePreKeys), keys).isCompleteForFirstUse)
        #expect(try !verified(PreKeyUpload(signedPreKey: upload.signedPreKey), keys).isCompleteForFirstUse)
    }

    @Test("a key of another device or another kind is refused, wherever it stands")
    func forged() throws {
        let keys = try TestKeys()
        let other = try TestKeys()
        let id = try TestKeys.id(1)
        let uploads = [
            PreKeyUpload(signedPreKey: try other.signed(.standing)),
            PreKeyUpload(signedPreKey: try keys.signed(.lastResort)),
            PreKeyUpload(lastResortPreKey: try other.signed(.lastResort)),
            PreKeyUpload(lastResortPreKey: try keys.signed(.standing)),
            PreKeyUpload(kemOneTimePreKeys: [try other.kem(.oneTime, 1)]),
            PreKeyUpload(kemOneTimePreKeys: [try keys.kem(.oneTime, 2), try keys.kem(.lastResort, 1)]),
            PreKeyUpload(kemLastResortPreKey: try keys.kem(.oneTime, 1)),
        ]
        for upload in uploads {
            #expect(throws: PreKeyError.badSignature(id)) { _ = try verified(upload, keys) }
        }
    }

    @Test("nothing, too much, a name twice, an id of zero and bytes that are no key are refused")
    func malformed() throws {
        let keys = try TestKeys()
        #expect(throws: PreKeyError.empty) { _ = try verified(PreKeyUpload(), keys) }
        let many = try (1...101).map { try keys.oneTime(UInt32($0)) }
        #expect(throws: PreKeyError.tooMany) { _ = try verified(PreKeyUpload(oneTimePreKeys: many), keys) }
        let full = try verified(PreKeyUpload(oneTimePreKeys: Array(many.prefix(100))), keys)
        #expect(full.payload.oneTimePreKeys.count == 100)
        let kem = try keys.kem(.oneTime, 1)
        let manyKEM = [KEMPreKeyPayload](repeating: kem, count: 101)
        #expect(throws: PreKeyError.tooMany) { _ = try verified(PreKeyUpload(kemOneTimePreKeys: manyKEM), keys) }
        let twice = PreKeyUpload(oneTimePreKeys: [try keys.oneTime(3), try keys.oneTime(3)])
        #expect(throws: PreKeyError.duplicate(try TestKeys.id(3))) { _ = try verified(twice, keys) }
        let twiceKEM = PreKeyUpload(
            kemOneTimePreKeys: [kem], kemLastResortPreKey: try keys.kem(.lastResort, 1))
        #expect(throws: PreKeyError.duplicate(try TestKeys.id(1))) { _ = try verified(twiceKEM, keys) }
        var zero = try keys.oneTime(1)
        zero.id = 0
        #expect(throws: PreKeyError.malformed) { _ = try verified(PreKeyUpload(oneTimePreKeys: [zero]), keys) }
        var noKey = kem
        noKey.key = [UInt8](repeating: 0xFF, count: 1_184)
        #expect(throws: PreKeyError.notAKey(try TestKeys.id(1))) {
            _ = try verified(PreKeyUpload(kemLastResortPreKey: noKey), keys)
        }
        noKey.key.removeLast()
        #expect(throws: PreKeyError.malformed) { _ = try verified(PreKeyUpload(kemLastResortPreKey: noKey), keys) }
    }

    @Test("a signed prekey above 60 days or from the future is refused, one of 60 days is not")
    func ages() throws {
        let keys = try TestKeys()
        let made = TestKeys.now
        func check(_ days: UInt64, extraMilliseconds: UInt64 = 0) throws {
            let upload = PreKeyUpload(signedPreKey: try keys.signed(.standing, createdAt: made))
            let now = Timestamp(milliseconds: made.milliseconds + days * TestKeys.dayMilliseconds + extraMilliseconds)
            _ = try verified(upload, keys, now: now)
        }
        try check(0)
        try check(30)
        try check(60)
        #expect(throws: PreKeyError.stale(try TestKeys.id(1))) { try check(60, extraMilliseconds: 1) }
        let ahead = Timestamp(milliseconds: made.milliseconds + TestKeys.dayMilliseconds + 1)
        let upload = PreKeyUpload(lastResortPreKey: try keys.signed(.lastResort, createdAt: ahead))
        #expect(throws: PreKeyError.fromTheFuture(try TestKeys.id(1))) { _ = try verified(upload, keys) }
    }
}
