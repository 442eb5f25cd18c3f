import Testing

@testable import Server

@Suite struct InternetAddressTests {
    @Test("limits count an IPv4 address however it is written, and the /64 of an IPv6 one", arguments: [
        ("127.0.0.1", "127.0.0.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::9", "2001:db8:1:2::/64"), ("::1", "0:0:0:0::/64"), ("2001:0db8::1", "2001:db8:0:0::/64"),
        ("fe80::1%eth0", "fe80:0:0:0::/64"), ("::ffff:10.0.0.1", "10.0.0.1"), ("::ffff:a00:1", "10.0.0.1"),
    ])
    func keys(text: String, key: String) throws {
        #expect(try #require(InternetAddress(text)).limitKey == key)
    }

    @Test("what is no address is none", arguments: [
        "", " ", "1.2.3", "1.2.3.4.5", "256.0.0.1", "::g", "localhost", "1",
    ])
    func strangers(text: String) {
        #expect(InternetAddress(text) == nil && AddressRange(text) == nil)
    }

    @Test("a range holds what agrees in its first bits", arguments: [
        ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.0.0.0/8", "::ffff:10.9.9.9", true),
        ("10.1.2.3", "10.1.2.3", true), ("10.1.2.3", "10.1.2.2", false), ("10.1.2.0/23", "10.1.3.255", true),
        ("10.1.2.0/23", "10.1.4.0", false), ("0.0.0.0/0", "9.9.9.9", true), ("0.0.0.0/0", "2001:db8::1", false),
        ("2001:db8::/33", "2001:db8:7fff::1", true), ("2001:db8::/33", "2001:db8:8000::1", false),
        ("::/0", "1.2.3.4", true), ("::1", "::1", true), ("fd00::/8", "fdff::1", true), ("fd00::/8", "fc00::1", false),
    ])
    func ranges(range: String, address: String, isIn: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(try #require(InternetAddress(address))) == isIn)
    }

    @Test("a range has as many bits as its address at most", arguments: [
        "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/x", "::/129", "::/300", "/8", "10.0.0.0/8/8",
        "fe80::1%e/64",
    ])
    func badRanges(text: String) {
        #expect(AddressRange(text) == nil)
    }
}
