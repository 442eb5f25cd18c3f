import Foundation
import Testing

/// Every file of the folder is run here, or named with the reason why it is not.
@Suite(.enabled(if: Vectors.arePresent, "published vectors are not beside this package"))
struct VectorCatalogueTests {
    /// Files that a test of this target runs whole.
    private static let run: Set<String> = [
        "hpke/hpke-pq.json", "hpke/rfc9180.json", "merkle/consistency.json", "merkle/inclusion.json",
        "values/values.json",
        "wycheproof/aes_gcm_test.json", "wycheproof/chacha20_poly1305_test.json",
        "wycheproof/ecdh_secp256r1_test.json", "wycheproof/ecdsa_secp256r1_sha256_test.json",
        "wycheproof/ed25519_test.json", "wycheproof/hkdf_sha256_test.json", "wycheproof/hkdf_sha512_test.json",
        "wycheproof/hmac_sha256_test.json", "wycheproof/hmac_sha512_test.json",
        "wycheproof/mlkem_1024_encaps_test.json", "wycheproof/mlkem_1024_keygen_seed_test.json",
        "wycheproof/mlkem_1024_test.json", "wycheproof/mlkem_768_encaps_test.json",
        "wycheproof/mlkem_768_keygen_seed_test.json", "wycheproof/mlkem_768_test.json",
        "wycheproof/x25519_test.json", "wycheproof/xchacha20_poly1305_test.json",
    ]

    /// Files that no test runs, or runs a part of, and why.
    private static let reasons = [
        "wycheproof/aes_cbc_pkcs5_test.json": "nothing of ours uses CBC",
        "wycheproof/pbkdf2_hmacsha256_test.json": "passwords go through Argon2id",
        "values/values.json xeddsa_verify": "two keys and no conversion (decision 0005)",
        "values/values.json ecvrf_edwards25519_sha512_tai_verify": "nothing of ours uses a VRF",
    ]

    /// Folders of rooms that are not there yet.
    private static let rooms = ["mls/": "MLS", "opaque/": "OPAQUE", "oprf/": "OPRF"]

    @Test("no published file is passed over in silence")
    func catalogue() throws {
        #expect(Self.run.isDisjoint(with: Self.reasons.keys))
        let root = Vectors.folder.resolvingSymlinksInPath().path + "/"
        let files = try #require(FileManager.default.enumerator(atPath: root))
        var left = Self.reasons
        for case let name as String in files where name.contains("/") && !name.hasPrefix("age-stream/") {
            if Self.run.contains(name) || left[name] != nil { continue }
            let room = Self.rooms.first { name.hasPrefix($0.key) }
            left[name] = room.map { "of the room \($0.value)" } ?? "not understood"
        }
        #expect(left.count >= Self.reasons.count)
        for (name, reason) in left.sorted(by: { $0.key < $1.key }) {
            print("vectors | \(name) | 0 | 0 | 0 | 0 | not run: \(reason)")
        }
    }
}
