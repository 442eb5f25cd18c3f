import Testing

@testable import Server

@Suite struct ClientAddressTests {
    @Test("limits count an IPv4 address, and the /64 of an IPv6 one", arguments: [
        ("127.0.0.1", "127.0.0.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::9", "2001:db8:1:2::/64"), ("::1", "0:0:0:0::/64"), ("2001:0db8::1", "2001:db8:0:0::/64"),
        ("fe80::1%eth0", "fe80:0:0:0::/64"), ("::ffff:10.0.0.1", "::ffff:10.0.0.1"),
    ])
    func keys(address: String, key: String) {
        #expect(ClientAddress.key(peer: address, forwarded: nil) == key)
    }

    @Test("two addresses of one network share a bucket, two networks do not")
    func networks() {
        func key(_ address: String) -> String { ClientAddress.key(peer: address, forwarded: nil) }
        #expect(key("2001:db8:1:2::1") == key("2001:db8:1:2:ffff::"))
        #expect(key("2001:db8:1:2::1") != key("2001:db8:1:3::1"))
        #expect(key("::1") != key("1::"))
    }

    @Test("of what a proxy says, only its own last word counts")
    func forwarded() {
        #expect(ClientAddress.key(peer: "10.0.0.1", forwarded: "1.2.3.4, 5.6.7.8") == "5.6.7.8")
        #expect(ClientAddress.key(peer: "10.0.0.1", forwarded: " ") == "10.0.0.1")
        #expect(ClientAddress.key(peer: "10.0.0.1", forwarded: "") == "10.0.0.1")
    }
}
