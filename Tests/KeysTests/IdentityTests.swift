import Crypto
import Testing
import Wire

@testable import Keys

@Suite struct IdentityTests {
    @Test("an identity comes back from the sealed store with the same keys")
    func stored() throws {
        let identity = DeviceIdentity()
        let again = try DeviceIdentity(fromSealedStore: identity.exportForSealedStore())
        #expect(again.publicKeys == identity.publicKeys)
        let (first, second) = (identity.sign([1], as: .login), again.sign([1], as: .login))
        #expect(first == second)
        #expect(throws: LengthError(expectedByteCount: 64, byteCount: 63)) {
            _ = try DeviceIdentity(fromSealedStore: .random(byteCount: 63)).publicKeys
        }
    }

    @Test("public keys survive their bytes and their payload, and other sizes are refused")
    func publicKeys() throws {
        let keys = AccountIdentity().publicKeys
        #expect(try AccountIdentityKey(keys.bytes) == keys)
        #expect(try AccountIdentityKey(keys.payload) == keys)
        #expect(keys.bytes.count == 64 && keys.fingerprint == SHA256.hash(keys.bytes))
        #expect(throws: LengthError(expectedByteCount: 64, byteCount: 65)) { try AccountIdentityKey(keys.bytes + [0]) }
        #expect(throws: LengthError(expectedByteCount: 32, byteCount: 31)) {
            let short = Array(keys.bytes.prefix(31))
            return try AccountIdentityKey(IdentityPayload(signingKey: short, agreementKey: keys.agreement.bytes))
        }
    }

    @Test("a signature in one context is none in any other")
    func contexts() {
        let identity = DeviceIdentity()
        for signed in SignatureContext.allCases {
            let signature = identity.sign([1, 2, 3], as: signed)
            for checked in SignatureContext.allCases {
                #expect(identity.publicKeys.verifies(signature, over: [1, 2, 3], as: checked) == (signed == checked))
            }
        }
    }

    @Test("contexts are ASCII without zeros and begin no other")
    func contextNames() {
        for context in SignatureContext.allCases {
            #expect(context.rawValue.utf8.allSatisfy { (1...127).contains($0) })
            #expect(context.signedBytes([9]) == Array(context.rawValue.utf8) + [0, 9])
        }
        #expect(Set(SignatureContext.allCases.map(\.rawValue)).count == SignatureContext.allCases.count)
    }
}
