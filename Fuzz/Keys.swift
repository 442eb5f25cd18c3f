import Wire

@testable import Keys

extension FuzzTarget {
    private static let alice = Device(number: 1)

    static let keys = [
        FuzzTarget(name: "device-list", byteCountMax: 900) { (bytes) in
            guard let list = try? UnverifiedDeviceList(bytes) else { return }
            // Nobody can sign by chance: what verifies is the one list that was signed.
            guard let verified = try? list.verifiedOnFirstUse(account: list.claimedAccount) else { return }
            require(verified.bytes == bytes, "a list of two forms")
        },
        FuzzTarget(name: "signed-device-list", byteCountMax: 64) { (bytes) in
            // The one signed list, damaged in a few places: each change is noticed.
            var damaged = alice.list.bytes
            for pair in stride(from: 0, to: bytes.count - 2, by: 3) {
                let at = (Int(bytes[pair]) << 8 | Int(bytes[pair + 1])) % damaged.count
                damaged[at] ^= bytes[pair + 2]
            }
            let verified = (try? UnverifiedDeviceList(damaged)).flatMap { (list) in
                try? list.verified(account: alice.party.address.account, identity: alice.list.identity, after: nil)
            }
            require((verified != nil) == (damaged == alice.list.bytes), "a list that was changed")
        },
        FuzzTarget(name: "prekey-bundle", byteCountMax: 4096) { (bytes) in
            let context = WireContext(form: .cbor, refusesUnknownFields: false)
            guard let payload = try? PreKeyBundlePayload.decode(bytes, in: context) else { return }
            let bundle = UnverifiedPreKeyBundle(account: alice.party.address.account, payload)
            let verified = try? bundle.verified(for: alice.party.address, in: alice.list, now: alice.now)
            require(verified == nil || payload.identity == alice.identity.publicKeys.payload, "a stranger's bundle")
        },
        FuzzTarget(name: "prekey-upload", byteCountMax: 4096) { (bytes) in
            let context = WireContext(form: .cbor, refusesUnknownFields: true)
            guard let upload = try? PreKeyUpload.decode(bytes, in: context) else { return }
            _ = try? VerifiedPreKeyUpload(upload, of: alice.identity.publicKeys, now: alice.now)
        },
    ]
}
