import TestKit
import Testing

@testable import Transport

@Suite("TLS")
struct TLSTests {
    private static let certificate = TestCertificate.localhost

    private func get(
        _ server: TestServer, host: String = "localhost", _ tls: TLSClientConfiguration
    ) async throws(TransportError) -> String {
        let client = try await HTTPClientConnection.connect(host: host, port: server.port, tls: tls, on: server.loop)
        defer { client.close() }
        let response = try await client.request("POST", "/x", body: [UInt8](repeating: 7, count: 900_000))
        return String(decoding: response.body, as: UTF8.self)
    }

    @Test("requests and large bodies pass", arguments: ["localhost", "127.0.0.1"])
    func passes(_ host: String) async throws {
        try await TestServer.run(tls: Self.certificate.server(), TestServer.mirror) { server in
            let trust = try Self.certificate.client()
            #expect(try await get(server, host: host, trust) == "POST /x 900000")
        }
    }

    @Test("a certificate that is not trusted is refused")
    func untrusted() async throws {
        try await TestServer.run(tls: Self.certificate.server(), TestServer.mirror) { server in
            for trust in [try TestCertificate.another.client(), try TLSClientConfiguration()] {
                await #expect(throws: TransportError.cannotSecure) { try await get(server, trust) }
            }
        }
    }

    @Test("a trusted certificate for another name is refused")
    func wrongName() async throws {
        try await TestServer.run(tls: TestCertificate.otherName.server(), TestServer.mirror) { server in
            let trust = try TestCertificate.otherName.client()
            await #expect(throws: TransportError.cannotSecure) { try await get(server, trust) }
        }
    }

    @Test("a pin accepts its certificate and no other")
    func pinned() async throws {
        let pin = try TLSClientConfiguration(trust: .pinnedCertificate(sha256: TestCertificate.localhostDigest))
        try await TestServer.run(tls: Self.certificate.server(), TestServer.mirror) { server in
            let text = try await get(server, pin)
            #expect(text == "POST /x 900000")
        }
        try await TestServer.run(tls: TestCertificate.another.server(), TestServer.mirror) { server in
            await #expect(throws: TransportError.cannotSecure) { try await get(server, pin) }
        }
    }

    @Test("new certificates serve new connections, and bad ones change nothing")
    func reloads() async throws {
        let tls = try Self.certificate.server()
        let (old, new) = (try Self.certificate.client(), try TestCertificate.another.client())
        try await TestServer.run(tls: tls, TestServer.mirror) { server in
            let running = try await HTTPClientConnection.connect(
                host: "localhost", port: server.port, tls: old, on: server.loop)
            #expect(throws: TransportError.self) {
                try tls.reload(certificateChainFile: "/nowhere", privateKeyFile: "/nowhere")
            }
            _ = try await get(server, old)
            try TestCertificate.another.replace(tls)
            _ = try await get(server, new)
            await #expect(throws: TransportError.cannotSecure) { try await get(server, old) }
            #expect(try await running.request("GET", "/").status == 200)
            running.close()
        }
    }

    @Test("files that are no certificate, or not a pair, are refused by name")
    func badFiles() throws {
        #expect(throws: TransportError.self) {
            try TLSConfiguration(certificateChainFile: "/dev/null", privateKeyFile: "/dev/null")
        }
        #expect(throws: TransportError.self) { try TLSClientConfiguration(trust: .rootsFile("/dev/null")) }
        let mixed = TestCertificate(chain: TestCertificate.localhost.chain, key: TestCertificate.another.key)
        #expect(throws: TransportError.self) { try mixed.server() }
    }

    @Test("what is not TLS is cut, and a hello cut anywhere harms nobody")
    func garbage() async throws {
        try await TestServer.run(
            tls: Self.certificate.server(), limits: { $0.handshakeTimeout = .milliseconds(200) }, TestServer.mirror
        ) { server in
            let outcomes = await ownThread {
                let many = String(repeating: "\u{16}", count: 70_000)
                return ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\u{16}\u{3}\u{1}", "", many]
                    .map { text in
                        let peer = RawPeer(port: server.port)
                        peer.send(text)
                        let answer = peer.receiveAll() ?? []
                        return !String(decoding: answer, as: UTF8.self).contains("HTTP")
                    }
            }
            #expect(outcomes == [true, true, true, true])
            let trust = try Self.certificate.client()
            #expect(try await get(server, trust) == "POST /x 900000")
        }
    }

    @Test("WebSockets pass under TLS, with many small messages and a large one")
    func webSocket() async throws {
        try await TestServer.run(tls: Self.certificate.server(), TestServer.echo()) { server in
            let seen = Journal<Int>()
            let socket = try await WebSocketClient.connect(
                host: "localhost", port: server.port, tls: Self.certificate.client(), on: server.loop,
                handler: WebSocketHandler(message: { _, message in seen.add(message.bytes.count) }))
            let sizes = (0..<500).map { $0 * 3 } + [1_000_000, 16_384, 16_385, 0]
            for size in sizes { socket.send(binary: [UInt8](repeating: 1, count: size)) }
            #expect(await seen.wait(sizes.count) == sizes)
            socket.close()
        }
    }

    @Test("a peer that resets a TLS connection anywhere harms nobody")
    func resets() async throws {
        try await TestServer.run(tls: Self.certificate.server(), TestServer.mirror) { server in
            let trust = try Self.certificate.client()
            await withTaskGroup(of: Void.self) { tasks in
                for index in 0..<40 {
                    tasks.addTask {
                        let client = try? await HTTPClientConnection.connect(
                            host: "localhost", port: server.port, tls: trust, on: server.loop)
                        guard let client else { return }
                        async let answer = try? client.request("POST", "/", body: [UInt8](repeating: 1, count: 500_000))
                        for _ in 0..<index { await Task.yield() }
                        client.close()
                        _ = await answer
                    }
                }
            }
            #expect(try await get(server, trust) == "POST /x 900000")
        }
    }
}
