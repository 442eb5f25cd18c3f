import Testing

@testable import Client

@Suite("Server address")
struct ServerAddressTests {
    @Test(
        "scheme, host and port are read",
        arguments: [
            ("https://chat.example", true, "chat.example", 443), ("http://127.0.0.1:8080/", false, "127.0.0.1", 8080),
            ("https://[::1]:7420", true, "::1", 7420), ("http://localhost", false, "localhost", 80),
        ] as [(String, Bool, String, UInt16)])
    func reading(text: String, isSecure: Bool, host: String, port: UInt16) throws {
        let address = try #require(ServerAddress(text))
        #expect(address.isSecure == isSecure)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(ServerAddress(address.description) == address)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "chat.example", "ftp://chat.example", "https://", "https://a/b", "https://user@host", "https://host:",
            "https://host:0", "https://host:65536", "https://host:-1", "https://ho st", "https://host?x",
            "https://[::1", "https://[::1]x", "https://a:b:c",
            "http://host\r\n", "https://host#f", "https://host:80:80",
        ])
    func refused(text: String) {
        #expect(ServerAddress(text) == nil)
    }

    @Test("only names and numbers of this machine are loopback")
    func loopback() {
        for host in ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"] {
            #expect(ServerAddress("http://\(host)")?.isLoopback == true, "\(host)")
        }
        for host in ["127.0.0.1.example", "localhost.example", "128.0.0.1", "[::2]", "127.0.0.256", "127.0.0"] {
            #expect(ServerAddress("http://\(host)")?.isLoopback == false, "\(host)")
        }
    }
}
