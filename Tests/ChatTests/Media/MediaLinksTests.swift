import Crypto
import TestKit
import Testing
import Wire

@testable import Chat

@Suite struct MediaLinksTests {
    private static let now = Timestamp(milliseconds: 1_000_000)
    private let media = MediaID.random()
    private let maker = DeviceAddress(account: .random(), device: DeviceID(7))

    @Test("a ticket says again what it was made of, for its media, until its time is over")
    func good() throws {
        let links = try Self.links(key: 1)
        for joinedAt in [nil, Timestamp(milliseconds: 999)] {
            let made = grant(endingIn: Limits.mediaLinkSecondsMax, joinedAt: joinedAt)
            let ticket = links.ticket(for: media, made)
            #expect(ticket.utf8.count == Limits.mediaTicketLength)
            #expect(links.grant(ticket, for: media) == made)
            #expect(links.grant(ticket, for: .random()) == nil)
        }
        let over = MediaGrant(maker: maker, joinedAt: nil, expiresAt: Self.now)
        #expect(links.grant(links.ticket(for: media, over), for: media) == nil)
    }

    @Test("one that ends later than any that is made is refused, whoever made it")
    func tooLong() throws {
        let links = try Self.links(key: 1)
        for milliseconds in [Self.now.milliseconds + Limits.mediaLinkSecondsMax * 1_000 + 1, 1 << 53] {
            let made = MediaGrant(maker: maker, joinedAt: nil, expiresAt: Timestamp(milliseconds: milliseconds))
            #expect(links.grant(links.ticket(for: media, made), for: media) == nil)
        }
    }

    @Test("a ticket is good under its key alone, and whole alone")
    func forged() throws {
        let links = try Self.links(key: 1)
        let ticket = links.ticket(for: media, grant(endingIn: 60))
        #expect(try Self.links(key: 1).grant(ticket, for: media) != nil, "as after a restart")
        #expect(try Self.links(key: 2).grant(ticket, for: media) == nil)
        let bytes = try #require(Base64URL.decode(ticket))
        for bit in 0..<(bytes.count * 8) {
            var changed = bytes
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(links.grant(Base64URL.encode(changed), for: media) == nil, "bit \(bit)")
        }
        for length in 0..<bytes.count {
            #expect(links.grant(Base64URL.encode(Array(bytes.prefix(length))), for: media) == nil)
        }
        #expect(links.grant(ticket + "A", for: media) == nil)
        #expect(links.grant(String(repeating: "A", count: Limits.mediaTicketLength), for: media) == nil)
    }

    @Test("a ticket does not say who made it, nor that two are of one maker")
    func opaque() throws {
        let links = try Self.links(key: 1)
        let tickets = try (0..<50).map { _ in
            try #require(Base64URL.decode(links.ticket(for: media, grant(endingIn: 60))))
        }
        #expect(Set(tickets).count == tickets.count)
        for ticket in tickets { #expect(ticket.firstRange(of: maker.account.bytes.array) == nil) }
        for index in tickets[0].indices {
            #expect(Set(tickets.map { $0[index] }).count > 1, "byte \(index) is the same each time")
        }
    }

    private func grant(endingIn seconds: UInt64, joinedAt: Timestamp? = nil) -> MediaGrant {
        MediaGrant(maker: maker, joinedAt: joinedAt, expiresAt: Self.now.adding(seconds: seconds))
    }

    private static func links(key: UInt8) throws -> MediaLinks {
        let key = try XChaCha20Poly1305.Key(SecretBytes(copying: [UInt8](repeating: key, count: 32)))
        return MediaLinks(key: key) { now }
    }
}
