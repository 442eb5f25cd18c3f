import Testing

@testable import Server

@Suite struct TrustedProxiesTests {
    private func key(_ proxies: String?, _ peer: String, _ forwarded: String...) throws -> String {
        let trusted = try proxies.map { try #require(TrustedProxies($0)) } ?? .none
        return trusted.limitKey(peer: peer, forwarded: forwarded)
    }

    @Test("without a proxy nobody is believed")
    func none() throws {
        #expect(try key(nil, "10.0.0.1", "1.2.3.4") == "10.0.0.1")
    }

    @Test("of what so many proxies say, their own last words count")
    func hops() throws {
        #expect(try key("1", "10.0.0.1", "1.2.3.4, 5.6.7.8") == "5.6.7.8")
        #expect(try key("1", "10.0.0.1", "1.2.3.4", "5.6.7.8") == "5.6.7.8")
        #expect(try key("2", "10.0.0.1", "6.6.6.6, 1.2.3.4,5.6.7.8") == "1.2.3.4")
        #expect(try key("3", "10.0.0.1", "1.2.3.4, 5.6.7.8") == "1.2.3.4", "fewer than there should be")
        #expect(try key("1", "10.0.0.1") == "10.0.0.1")
    }

    @Test("from another address than a proxy's nothing is believed, and in a row of them all are")
    func addresses() throws {
        let ours = "10.0.0.0/8,2001:db8::5"
        #expect(try key(ours, "8.8.8.8", "1.2.3.4") == "8.8.8.8")
        #expect(try key(ours, "10.0.0.1", "1.2.3.4") == "1.2.3.4")
        #expect(try key(ours, "10.0.0.1", "6.6.6.6, 1.2.3.4, 10.7.7.7, 2001:db8::5") == "1.2.3.4")
        #expect(try key(ours, "2001:db8::5", "2001:db8:1:2::3") == "2001:db8:1:2::/64")
        #expect(try key(ours, "10.0.0.1", "10.0.0.2") == "10.0.0.2", "nobody but ours")
    }

    @Test("ports are passed over, and what is no address ends what is believed", arguments: [
        ("1.2.3.4:5678", "1.2.3.4"), ("[2001:db8:1:2::3]:80", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::3]", "2001:db8:1:2::/64"), ("  1.2.3.4  ", "1.2.3.4"), ("unknown", "10.0.0.1"),
        ("", "10.0.0.1"), (" ", "10.0.0.1"), ("_secret", "10.0.0.1"), ("1.2.3.4, x", "10.0.0.1"),
    ])
    func forms(field: String, expected: String) throws {
        #expect(try key("1", "10.0.0.1", field) == expected)
    }

    @Test("what is neither a number of hops nor a list of addresses is refused", arguments: [
        "", "0", "17", "-1", "yes", "10.0.0.1,", ",", "10.0.0.1 ,10.0.0.2", "proxy.example",
        [String](repeating: "10.0.0.1", count: 65).joined(separator: ","),
    ])
    func bad(text: String) {
        #expect(TrustedProxies(text) == nil)
    }
}
