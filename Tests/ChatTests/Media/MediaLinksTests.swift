import Crypto
import TestKit
import Testing
import Wire

@testable import Chat

@Suite struct MediaLinksTests {
    private static let now = Timestamp(milliseconds: 1_000_000)
    private let media = MediaID.random()

    @Test("a signature is good for its media and its moment, until then")
    func good() {
        let links = Self.links(key: 1)
        let end = Self.now.adding(seconds: Limits.mediaLinkSecondsMax)
        let signature = links.signature(for: media, until: end)
        #expect(links.verifies(signature, for: media, until: end))
        #expect(!links.verifies(signature, for: .random(), until: end))
        #expect(!links.verifies(signature, for: media, until: Self.now.adding(seconds: 60)))
        #expect(!links.verifies("x", for: media, until: end))
        #expect(!links.verifies(links.signature(for: media, until: Self.now), for: media, until: Self.now))
    }

    @Test("a signature for longer than any that is made is refused, whoever signed it")
    func tooLong() {
        let links = Self.links(key: 1)
        for milliseconds in [Self.now.milliseconds + Limits.mediaLinkSecondsMax * 1_000 + 1, 1 << 53] {
            let end = Timestamp(milliseconds: milliseconds)
            #expect(!links.verifies(links.signature(for: media, until: end), for: media, until: end))
        }
    }

    @Test("a signature is good under its key alone")
    func keys() {
        let end = Self.now.adding(seconds: 60)
        let signature = Self.links(key: 1).signature(for: media, until: end)
        #expect(Self.links(key: 1).verifies(signature, for: media, until: end))
        #expect(!Self.links(key: 2).verifies(signature, for: media, until: end))
    }

    private static func links(key: UInt8) -> MediaLinks {
        MediaLinks(key: SecretBytes(copying: [UInt8](repeating: key, count: 32))) { now }
    }
}
