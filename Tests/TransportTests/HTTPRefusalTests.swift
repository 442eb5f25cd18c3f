import Testing

@testable import Transport

/// Everything that two programs in a row could read two ways is refused, and the connection with it, so that nothing
/// after it can be taken for a request (RFC 9112, section 11.2).
/// Mirrors `HTTPExchange`, `ConnectionLimits`.
@Suite("HTTP refusals")
struct HTTPRefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: String
        var status = 400
        var testDescription: String { name }
    }

    private static func post(_ fields: String, _ body: String = "") -> String {
        "POST / HTTP/1.1\r\nHost: x\r\n\(fields)\r\n\(body)"
    }

    private static func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked\r\n", body) }

    /// Of so many bytes.
    private static func extensions(_ count: Int) -> String { ";a=" + String(repeating: "b", count: count - 3) }

    private static let lengths: [Case] = [
        .init(
            name: "length and chunked",
            bytes: post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
        .init(
            name: "chunked and length",
            bytes: post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n")),
        .init(name: "two lengths", bytes: post("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd")),
        .init(name: "the same length twice", bytes: post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc")),
        .init(name: "a list of lengths", bytes: post("Content-Length: 3, 3\r\n", "abc")),
        .init(name: "a length with a plus", bytes: post("Content-Length: +3\r\n", "abc")),
        .init(name: "a length with a minus", bytes: post("Content-Length: -3\r\n", "abc")),
        .init(name: "a hexadecimal length", bytes: post("Content-Length: 0x3\r\n", "abc")),
        .init(name: "a length with a space inside", bytes: post("Content-Length: 1 1\r\n", "abc")),
        .init(name: "an empty length", bytes: post("Content-Length:\r\n", "abc")),
        .init(name: "a length with letters", bytes: post("Content-Length: 3a\r\n", "abc")),
        .init(name: "a length above 64 bits", bytes: post("Content-Length: 18446744073709551616\r\n")),
        .init(name: "a length with a point", bytes: post("Content-Length: 3.0\r\n", "abc")),
        .init(name: "a length with an exponent", bytes: post("Content-Length: 1e1\r\n", "abc")),
    ]

    private static let codings: [Case] = [
        .init(name: "chunked twice", bytes: post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")),
        .init(name: "chunked, chunked", bytes: post("Transfer-Encoding: chunked, chunked\r\n"), status: 501),
        .init(name: "gzip, chunked", bytes: post("Transfer-Encoding: gzip, chunked\r\n"), status: 501),
        .init(name: "chunked, identity", bytes: post("Transfer-Encoding: chunked, identity\r\n"), status: 501),
        .init(name: "identity", bytes: post("Transfer-Encoding: identity\r\n"), status: 501),
        .init(name: "xchunked", bytes: post("Transfer-Encoding: xchunked\r\n"), status: 501),
        .init(name: "chunked in quotes", bytes: post("Transfer-Encoding: \"chunked\"\r\n"), status: 501),
        .init(name: "an empty coding", bytes: post("Transfer-Encoding:\r\n"), status: 501),
        .init(name: "a vertical tab before chunked", bytes: post("Transfer-Encoding: \u{b}chunked\r\n")),
        .init(name: "a coding under HTTP/1.0", bytes: "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        .init(name: "space before the colon", bytes: post("Transfer-Encoding : chunked\r\n")),
        .init(name: "tab before the colon", bytes: post("Content-Length\t: 3\r\n", "abc")),
    ]

    private static let lines: [Case] = [
        .init(name: "a folded field", bytes: post("X-A: 1\r\n 2\r\n")),
        .init(name: "a field folded with a tab", bytes: post("X-A: 1\r\n\t2\r\n")),
        .init(name: "a folded coding", bytes: post("Transfer-Encoding:\r\n chunked\r\n")),
        .init(name: "a first field that starts with a space", bytes: "GET / HTTP/1.1\r\n Host: x\r\n\r\n"),
        .init(name: "bare line feeds", bytes: "GET / HTTP/1.1\nHost: x\n\n"),
        .init(name: "one bare line feed", bytes: "GET / HTTP/1.1\r\nHost: x\nX-A: 1\r\n\r\n"),
        .init(name: "a bare line feed at the end", bytes: "GET / HTTP/1.1\r\nHost: x\r\n\n"),
        .init(name: "a bare carriage return in a value", bytes: post("X-A: a\rb\r\n")),
        .init(name: "a bare carriage return before the end", bytes: post("X-A: a\r\r\n")),
        .init(name: "a NUL in a value", bytes: post("X-A: a\0b\r\n")),
        .init(name: "a NUL in a name", bytes: post("X\0A: b\r\n")),
        .init(name: "an escape in a value", bytes: post("X-A: \u{1b}[0m\r\n")),
        .init(name: "a delete in a value", bytes: post("X-A: \u{7f}\r\n")),
        .init(name: "a field without a colon", bytes: post("X-A\r\n")),
        .init(name: "a field without a name", bytes: post(": 1\r\n")),
        .init(name: "a space in a name", bytes: post("X A: 1\r\n")),
        .init(name: "a bracket in a name", bytes: post("X[A]: 1\r\n")),
        .init(name: "a slash in a name", bytes: post("X/A: 1\r\n")),
    ]

    private static let firstLines: [Case] = [
        .init(name: "two spaces", bytes: "GET  / HTTP/1.1\r\nHost: x\r\n\r\n"),
        .init(name: "a tab between", bytes: "GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n"),
        .init(name: "no target", bytes: "GET HTTP/1.1\r\nHost: x\r\n\r\n"),
        .init(name: "no version", bytes: "GET /\r\nHost: x\r\n\r\n"),
        .init(name: "a space at the end", bytes: "GET / HTTP/1.1 \r\nHost: x\r\n\r\n", status: 505),
        .init(name: "a lower-case version", bytes: "GET / http/1.1\r\nHost: x\r\n\r\n", status: 505),
        .init(name: "HTTP/2.0", bytes: "GET / HTTP/2.0\r\nHost: x\r\n\r\n", status: 505),
        .init(name: "HTTP/1.2", bytes: "GET / HTTP/1.2\r\nHost: x\r\n\r\n", status: 505),
        .init(name: "HTTP/0.9", bytes: "GET / HTTP/0.9\r\nHost: x\r\n\r\n", status: 505),
        .init(name: "HTTP/11", bytes: "GET / HTTP/11\r\nHost: x\r\n\r\n", status: 505),
        .init(name: "a NUL in the target", bytes: "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n"),
        .init(name: "a space first", bytes: " GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        .init(name: "a method that is no token", bytes: "G@T / HTTP/1.1\r\nHost: x\r\n\r\n"),
        .init(name: "the preface of HTTP/2", bytes: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", status: 505),
        .init(name: "a TLS hello", bytes: "\u{16}\u{3}\u{1}\0\u{5}\u{1}\0\0\u{1}\u{3}\r\n\r\n"),
        .init(name: "no host", bytes: "GET / HTTP/1.1\r\n\r\n"),
        .init(name: "two hosts", bytes: "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"),
        .init(name: "CONNECT", bytes: "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", status: 501),
        .init(name: "a long head", bytes: post("X-A: \(String(repeating: "a", count: 20_000))\r\n"), status: 431),
        .init(
            name: "many fields", bytes: post((0..<200).map { "X-\($0): 1\r\n" }.joined()), status: 431),
        .init(name: "a first line without end", bytes: "GET /\(String(repeating: "a", count: 20_000))", status: 431),
    ]

    private static let chunks: [Case] = [
        .init(name: "a chunk size with 0x", bytes: chunked("0x3\r\nabc\r\n0\r\n\r\n")),
        .init(name: "a chunk size with a plus", bytes: chunked("+3\r\nabc\r\n0\r\n\r\n")),
        .init(name: "a chunk size with a minus", bytes: chunked("-3\r\nabc\r\n0\r\n\r\n")),
        .init(name: "a chunk size with a space before", bytes: chunked(" 3\r\nabc\r\n0\r\n\r\n")),
        .init(name: "a chunk size with a space after", bytes: chunked("3 \r\nabc\r\n0\r\n\r\n")),
        .init(name: "an empty chunk size", bytes: chunked("\r\nabc\r\n0\r\n\r\n")),
        .init(name: "a chunk size that is no number", bytes: chunked("g\r\nabc\r\n0\r\n\r\n")),
        .init(name: "a chunk size above 64 bits", bytes: chunked("fffffffffffffffff\r\nabc\r\n0\r\n\r\n")),
        .init(name: "a chunk extension without a name", bytes: chunked("3;\r\nabc\r\n0\r\n\r\n")),
        .init(name: "a chunk extension without a value", bytes: chunked("3;a=\r\nabc\r\n0\r\n\r\n")),
        .init(name: "a chunk extension with a line feed in quotes", bytes: chunked("3;a=\"\n\"\r\nabc\r\n0\r\n\r\n")),
        .init(name: "a chunk extension with a NUL in quotes", bytes: chunked("3;a=\"\0\"\r\nabc\r\n0\r\n\r\n")),
        .init(name: "a chunk extension with a delete", bytes: chunked("3;a=\"\u{7f}\"\r\nabc\r\n0\r\n\r\n")),
        .init(name: "a chunk extension whose quotes go on", bytes: chunked("3;a=\"\r\nabc\"\r\n0\r\n\r\n")),
        .init(name: "a chunk extension with a bare carriage return", bytes: chunked("3;a\rb\r\nabc\r\n0\r\n\r\n")),
        .init(name: "a chunk extension on the last with a line feed", bytes: chunked("0;a=\"\n\"\r\n\r\n")),
        .init(name: "a long chunk extension", bytes: chunked("3\(extensions(1025))\r\nabc\r\n0\r\n\r\n")),
        .init(
            name: "many chunk extensions",
            bytes: chunked(String(repeating: "1\(extensions(1024))\r\na\r\n", count: 17) + "0\r\n\r\n")),
        .init(name: "a chunk extension with a bare line feed", bytes: chunked("3;a\nabc\r\n0\r\n\r\n")),
        .init(name: "a chunk size with a bare line feed", bytes: chunked("3\nabc\r\n0\r\n\r\n")),
        .init(name: "a chunk longer than its size", bytes: chunked("3\r\nabcd\r\n0\r\n\r\n")),
        .init(name: "a chunk that ends with a bare line feed", bytes: chunked("3\r\nabc\n0\r\n\r\n")),
        .init(name: "a trailer that is a length", bytes: chunked("0\r\nContent-Length: 3\r\n\r\n")),
        .init(name: "a trailer without a colon", bytes: chunked("0\r\nX\r\n\r\n")),
        .init(name: "an endless chunk size", bytes: chunked(String(repeating: "0", count: 20_000))),
        .init(name: "an endless trailer", bytes: chunked("0\r\nX: \(String(repeating: "a", count: 20_000))")),
    ]

    @Test("what can be read two ways is refused and nothing after it is read",
        arguments: lengths + codings + lines + firstLines + chunks)
    func refused(_ sample: Case) async throws {
        let seen = Journal<String>()
        let handler = Handler.concurrent { exchange in
            seen.add(exchange.head.target)
            if (try? await exchange.body(limit: 100_000)) != nil { exchange.respond(status: 200) }
        }
        try await TestServer.run(handler) { server in
            let (response, ended) = await RawPeer.run(server.port) { peer in
                peer.send(sample.bytes + "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
                return (peer.receiveResponse(), peer.sawEnd())
            }
            #expect(response?.status == sample.status)
            #expect(response?.headers["connection"] == "close")
            #expect(ended)
            #expect(!seen.all.contains("/smuggled"))
        }
    }

    @Test("one empty line before a request is passed over")
    func emptyLine() async throws {
        try await TestServer.run(TestServer.mirror) { server in
            let text = await RawPeer.run(server.port) { $0.ask("\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")?.text }
            #expect(text == "GET / 0")
        }
    }

    @Test("the listener's owner words a refusal")
    func worded() async throws {
        let handler = Handler(
            request: { $0.respond(status: 200) },
            refusal: { ([("Content-Type", "application/problem+json")], Array("{\"status\":\($0)}".utf8)) })
        try await TestServer.run(handler) { server in
            let response = await RawPeer.run(server.port) { $0.ask("nonsense\r\n\r\n") }
            #expect(response?.headers["content-type"] == "application/problem+json")
            #expect(response?.text == "{\"status\":400}")
        }
    }
}
