import Wire

@testable import Keys

extension FuzzTarget {
    private static let alice = Device(number: 1)
    private static let serverKey = ServerSigningKey()

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
        FuzzTarget(name: "sender-certificate", byteCountMax: 300) { (bytes) in
            guard let certificate = try? UnverifiedSenderCertificate(bytes) else { return }
            let verified = try? certificate.verified(by: serverKey.publicKey, acceptedAt: alice.now)
            require(verified == nil, "a certificate that nobody signed")
        },
        FuzzTarget(name: "key-log-entry", byteCountMax: 100) { (bytes) in
            guard let entry = try? KeyLogEntry(bytes) else { return }
            require(entry.bytes == bytes, "an entry of two forms")
        },
        FuzzTarget(name: "merkle-proofs", byteCountMax: 2_000) { proofs($0) },
        FuzzTarget(name: "prekey-upload", byteCountMax: 4096) { (bytes) in
            let context = WireContext(form: .cbor, refusesUnknownFields: true)
            guard let upload = try? PreKeyUpload.decode(bytes, in: context) else { return }
            _ = try? VerifiedPreKeyUpload(upload, of: alice.identity.publicKeys, now: alice.now)
        },
    ]

    /// Numbers and hashes as they come: nothing traps, and nothing is proved that an honest log does not have.
    private static func proofs(_ bytes: [UInt8]) {
        guard bytes.count >= 16 + 64 else { return }
        let numbers = stride(from: 0, to: 16, by: 8).map { (at) in
            bytes[at..<at + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        let (one, other) = (Array(bytes[16..<48]), Array(bytes[48..<80]))
        guard let path = MerkleProof.path(Array(bytes[80...])) else { return }
        let isIncluded = MerkleProof.includes(
            leafHash: one, at: numbers[0], size: numbers[1], root: other, path: path)
        require(!isIncluded || (numbers[1] == 1 && one == other), "a proof out of nothing")
        let isConsistent = MerkleProof.isConsistent(
            earlierSize: numbers[0], earlierRoot: one, laterSize: numbers[1], laterRoot: other, path: path)
        require(!isConsistent || (numbers[0] == numbers[1] && one == other), "a history out of nothing")
    }
}
