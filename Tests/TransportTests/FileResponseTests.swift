import Glibc
import TestKit
import Testing

@testable import Transport

/// Mirrors `FileBody`, `ByteRange`.
@Suite("File responses")
struct FileResponseTests {
    private static let content = pattern(3_000_000)

    private func withFile<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        var template = Array("\(P_tmpdir)/transport-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        #expect(write(descriptor, Self.content, Self.content.count) == Self.content.count)
        close(descriptor)
        defer { unlink(path) }
        return try await body(path)
    }

    private static func serve(_ path: String) -> Handler {
        Handler(request: { exchange in
            do throws(TransportError) {
                try exchange.respondFile(FileBody(path: path), headers: [("ETag", "\"v1\"")])
            } catch {
                exchange.respond(status: 404)
            }
        })
    }

    @Test("a file comes whole, in part, or not at all, in the clear and under TLS", arguments: [false, true])
    func ranges(_ secure: Bool) async throws {
        let tls = secure ? try TestCertificate.localhost.server() : nil
        let trust = secure ? try TestCertificate.localhost.client() : nil
        try await withFile { path in
            try await TestServer.run(tls: tls, Self.serve(path)) { server in
                let client = try await HTTPClientConnection.connect(
                    host: "localhost", port: server.port, tls: trust, on: server.loop)
                func get(_ range: String?, _ more: [(String, String)] = []) async throws -> HTTPResponse {
                    try await client.request("GET", "/f", headers: (range.map { [("Range", $0)] } ?? []) + more)
                }
                let whole = try await get(nil)
                #expect(whole.status == 200)
                #expect(whole.body == Self.content)
                #expect(whole.headers["accept-ranges"] == "bytes")
                let part = try await get("bytes=1000-1000999")
                #expect(part.status == 206)
                #expect(part.headers["content-range"] == "bytes 1000-1000999/3000000")
                #expect(part.body == Array(Self.content[1000..<1_001_000]))
                #expect(try await get("bytes=-5").body == Self.content.suffix(5))
                let beyond = try await get("bytes=3000000-")
                #expect(beyond.status == 416)
                #expect(beyond.headers["content-range"] == "bytes */3000000")
                #expect(try await get("bytes=0-1", [("If-Range", "\"v1\"")]).status == 206)
                #expect(try await get("bytes=0-1", [("If-Range", "\"v0\"")]).status == 200)
                let head = try await client.request("HEAD", "/f", headers: [("Range", "bytes=0-1")])
                #expect(head.status == 200)
                #expect(head.headers["content-length"] == "3000000")
                client.close()
            }
        }
    }

    @Test("what is no regular file is not served", arguments: ["/nowhere/at/all", "/", "/dev/zero"])
    func unavailable(_ path: String) async throws {
        try await TestServer.run(Self.serve(path)) { server in
            let status = await RawPeer.run(server.port) { $0.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n")?.status }
            #expect(status == 404)
        }
    }
}
