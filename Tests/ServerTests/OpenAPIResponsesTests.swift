import Chat
import Foundation
import TestKit
import Testing
import Transport
import Wire

@testable import Server

@Suite(.timeLimit(.minutes(10))) struct OpenAPIResponsesTests {
    private static let document = OpenAPI.document(of: Route.all.map(\.endpoint))

    private static let paths = document["paths"]

    @Test("what may be got may be asked for by its head, with the same statuses and no body")
    func heads() {
        let gettable = Self.paths.keys.filter { Self.paths[$0]["get"] != .null }
        let table = Route.all.flatMap { [$0.endpoint] + $0.endpoint.spelledOut }
        #expect(gettable.count == table.count { $0.method == .get })
        for path in gettable {
            let (get, head) = (Self.paths[path]["get"]["responses"], Self.paths[path]["head"]["responses"])
            #expect(head.keys == get.keys.filter { !["206", "416"].contains($0) }, "\(path)")
            #expect(head["200"]["content"] == .null && get["200"]["content"] != .null, "\(path)")
        }
    }

    @Test("the bytes of uploads are bodies, of the type that the server asks for")
    func uploads() {
        let body = Self.paths["/v1/media/uploads/{upload}"]["patch"]["requestBody"]
        #expect(body["required"] == .boolean(true) && body["content"].keys == [TusFields.contentType])
        let first = Self.paths["/v1/media/uploads"]["post"]["requestBody"]
        #expect(first["required"] == .boolean(false) && first["content"].keys == [TusFields.contentType])
    }

    @Test("every operation says what comes of another method, and of a head that is too large")
    func everyOperation() {
        for path in Self.paths.keys {
            for method in Self.paths[path].keys {
                let statuses = Self.paths[path][method]["responses"].keys
                #expect(Set(statuses).isSuperset(of: ["405", "408", "431", "429", "500"]), "\(method) \(path)")
            }
        }
        let shared = Self.document["components"]["responses"]
        #expect(shared["405-method-not-allowed"]["headers"].keys.contains("Allow"))
        #expect(shared["429-rate-limited"]["headers"].keys.contains("Retry-After"))
    }

    @Test("the server answers nothing that its description does not have: status, fields, media type")
    func answers() async throws {
        try await PartsHouse.run({ $0.limits.reports = Rate(burst: 1, perSecond: 0) }) { (house) in
            let described = DescribedAnswers(document: Self.document)
            let api = APIClient(port: house.port)
            let alice = try await house.guest("alice")
            @Sendable func ask(
                _ method: String, _ path: String, _ status: Int, token: String? = nil, at target: String? = nil,
                _ headers: [(String, String)] = [], body: [UInt8] = []
            ) async throws -> [String: String] {
                let answer = try await api.raw(method, target ?? path, token: token, headers: headers, body: body)
                #expect(answer.status == status, "\(method) \(path): \(String(decoding: answer.body, as: UTF8.self))")
                #expect(described.flaws(in: answer, to: method, path) == [])
                return Dictionary(answer.headers.pairs.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
            }
            let time = try await ask("GET", "/v1/time", 200)
            _ = try await ask("HEAD", "/v1/time", 200)
            let devices = try await ask("GET", "/v1/devices", 200, token: alice.token)
            let tag = try #require(devices["etag"])
            _ = try await ask("GET", "/v1/devices", 304, token: alice.token, [("If-None-Match", tag)])
            _ = try await ask("GET", "/v1/devices", 401)
            _ = try await ask("GET", "/v1/openapi.json", 200)
            #expect(time["x-request-id"] != nil && time["ratelimit"] != nil)
            _ = try await ask("GET", "/v1/time", 431, [("X-Long", String(repeating: "x", count: 20_000))])
            _ = try await ask("PUT", "/v1/keys", 415, token: alice.token, [("Content-Type", "text/plain")], body: [1])
            let refused = try await ask("POST", "/v1/reports", 400, token: alice.token)
            #expect(refused["retry-after"] == nil)
            #expect(try await ask("POST", "/v1/reports", 429, token: alice.token)["retry-after"] != nil)

            let new = NewConversation(kind: .group, mode: .open, name: "Tea", members: []).encoded(as: .json)
            for isReplay in [false, true] {
                let made = try await ask(
                    "POST", "/v1/conversations", 201, token: alice.token,
                    [("Content-Type", "application/json"), ("Idempotency-Key", "k")], body: new)
                #expect((made["idempotent-replayed"] != nil) == isReplay)
            }
            // The check itself finds what is not described.
            let options = try await api.raw("OPTIONS", "/v1/media/uploads")
            #expect(described.flaws(in: options, to: "GET", "/v1/time") == ["GET /v1/time says nothing of 204"])
            let fields = described.flaws(in: options, to: "DELETE", "/v1/backup")
            #expect(fields.contains("DELETE /v1/backup 204 says nothing of tus-version"), "\(fields)")
            try await upload(alice.token) { try await ask($0, $1, $2, token: $3, at: $4, $5, body: $6) }
        }
    }

    private typealias Ask = (
        _ method: String, _ path: String, _ status: Int, _ token: String?, _ target: String?,
        _ headers: [(String, String)], _ body: [UInt8]
    ) async throws -> [String: String]

    /// From its creation to its download.
    private func upload(_ token: String, _ ask: Ask) async throws {
        let (uploads, upload) = ("/v1/media/uploads", "/v1/media/uploads/{upload}")
        let version = ("Tus-Resumable", "1.0.0")
        _ = try await ask("OPTIONS", uploads, 204, nil, nil, [version], [])
        _ = try await ask("POST", uploads, 412, token, nil, [("Upload-Length", "3")], [])
        // Of the bytes 1, 2, 3, in hexadecimal digits.
        let sha256 = "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81"
        let metadata = ("Upload-Metadata", "sha256 \(Data(sha256.utf8).base64EncodedString())")
        let created = try await ask("POST", uploads, 201, token, nil, [version, ("Upload-Length", "3"), metadata], [])
        let address = try #require(created["location"])
        _ = try await ask("HEAD", upload, 200, nil, address, [version], [])
        _ = try await ask(
            "PATCH", upload, 204, nil, address,
            [version, ("Upload-Offset", "0"), ("Content-Type", "application/offset+octet-stream")], [1, 2, 3])
        _ = try await ask("POST", upload + "/complete", 200, nil, address + "/complete", [], [])
        let (path, target) = ("/v1/media/{media}", "/v1/media/\(try #require(created["sotto-media"]))")
        let whole = try await ask("GET", path, 200, token, target, [], [])
        #expect(whole["accept-ranges"] == "bytes")
        _ = try await ask("HEAD", path, 200, token, target, [("Range", "bytes=0-0")], [])
        _ = try await ask("GET", path, 206, token, target, [("Range", "bytes=0-0")], [])
        _ = try await ask("GET", path, 416, token, target, [("Range", "bytes=3-4")], [])
        _ = try await ask("GET", path, 304, token, target, [("If-None-Match", try #require(whole["etag"]))], [])
    }
}
