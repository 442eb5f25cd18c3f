import Glibc
import TestKit
import Testing
import Transport

/// A certificate that is renewed under a running server.
@Suite struct CertificateTests {
    @Test("after a hang-up new connections get the new certificate, running ones go on, and a bad one changes nothing")
    func renewal() async throws {
        let folder = try TemporaryFolder()
        let (chainFile, keyFile) = (folder.path + "/chain.pem", folder.path + "/key.pem")
        TestCertificate.localhost.write(chainFile: chainFile, keyFile: keyFile)
        let house = try await House(
            arguments: ["--tls-certificate", chainFile, "--tls-key", keyFile], folder: folder)
        let (old, new) = (try TestCertificate.localhost.client(), try TestCertificate.another.client())
        let running = try await connect(house, old)
        #expect(try await running.request("GET", "/v1/time").status == 200)

        TestCertificate.another.write(chainFile: chainFile, keyFile: keyFile)
        #expect(try await status(house, old) == 200, "nobody has asked for it yet")
        kill(house.server.pid, SIGHUP)
        #expect(await said("certificate.reloaded", by: house))
        #expect(try await status(house, new) == 200)
        await #expect(throws: TransportError.cannotSecure) { try await status(house, old) }

        TestCertificate(chain: TestCertificate.localhost.chain, key: "no key").write(
            chainFile: chainFile, keyFile: keyFile)
        kill(house.server.pid, SIGHUP)
        #expect(await said("certificate.refused", by: house))
        #expect(house.server.log.contains("--tls-certificate and --tls-key cannot be used"))
        #expect(try await status(house, new) == 200)
        #expect(try await running.request("GET", "/v1/time").status == 200, "the connection of before is still there")
        running.close()
        #expect(house.server.stop() == 0)
    }

    @Test("a hang-up does nothing to a server without a certificate")
    func none() async throws {
        let house = try await House()
        kill(house.server.pid, SIGHUP)
        #expect(await said("certificate.none", by: house))
        #expect(try await house.api.raw("GET", "/v1/time").status == 200)
        #expect(house.server.stop() == 0)
    }

    private func connect(_ house: House, _ trust: TLSClientConfiguration) async throws -> HTTPClientConnection {
        try await HTTPClientConnection.connect(
            host: "localhost", port: house.server.port, tls: trust, on: TestLoops.loop)
    }

    private func status(_ house: House, _ trust: TLSClientConfiguration) async throws -> Int {
        let connection = try await connect(house, trust)
        defer { connection.close() }
        return try await connection.request("GET", "/v1/time").status
    }

    /// Waits for a line of the log.
    private func said(_ event: String, by house: House) async -> Bool {
        let deadline = ContinuousClock.now + .seconds(20)
        while !house.server.log.contains(event), ContinuousClock.now < deadline { await Task.yield() }
        return house.server.log.contains(event)
    }
}
