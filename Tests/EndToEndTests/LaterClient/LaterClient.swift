import TestKit
import Testing
import Transport
import Wire

/// A client of a later version on one connection that it keeps: after everything that it says, the same connection
/// still answers.
final class LaterClient: Sendable {
    private let connection: HTTPClientConnection

    init(_ house: House) async throws {
        let port = house.server.port
        connection = try await Task(executorPreference: TestLoops.loop) {
            try await HTTPClientConnection.connect(host: "127.0.0.1", port: port, on: TestLoops.loop)
        }.value
    }

    func ask(
        _ method: String, _ target: String, token: String?, headers: [(String, String)] = [], body: [UInt8] = []
    ) async throws -> HTTPResponse {
        let fields = headers + (token.map { [("Authorization", "Bearer \($0)")] } ?? [])
        let answer = try await exchange(method, target, fields, body)
        let next = try await exchange("GET", "/v1/time", [], [])
        #expect(next.status == 200, "after \(method) \(target)")
        return answer
    }

    private func exchange(
        _ method: String, _ target: String, _ headers: [(String, String)], _ body: [UInt8]
    ) async throws -> HTTPResponse {
        try await Task(executorPreference: TestLoops.loop) { [connection] in
            try await connection.request(method, target, headers: headers, body: body)
        }.value
    }
}

extension HTTPResponse {
    /// What it was refused with.
    func problem(_ form: WireForm = .json) throws -> Problem {
        try Problem.decode(body, in: WireContext(form: form, refusesUnknownFields: false))
    }
}
