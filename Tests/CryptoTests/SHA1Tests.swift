import Crypto
import Testing

@Suite struct SHA1Tests {
    @Test("the published digests, whole and in pieces", arguments: [
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
        ),
    ])
    func published(text: String, digest: String) {
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            var hash = SHA1()
            hash.update(Array(bytes[..<cut]))
            hash.update(Array(bytes[cut...]))
            let found = hash.finish().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            #expect(found == digest)
        }
    }
}
