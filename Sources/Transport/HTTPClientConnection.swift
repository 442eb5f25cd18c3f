import CTransport

/// One client connection that sends requests one after another and keeps itself alive between them.
///
/// Calls may come from any thread; requests made while one runs wait their turn. State: belongs to the loop, which is
/// why this is `Sendable`.
public final class HTTPClientConnection: Sendable {
    private let connection: ClientConnection
    private let authority: String

    private init(_ connection: ClientConnection, authority: String) {
        self.connection = connection
        self.authority = authority
    }

    deinit { connection.hangUp() }

    /// Connects, and secures the connection when `tls` is given (`host` is then the name to verify).
    ///
    /// - Throws: `cannotConnect`, `cannotSecure`, `timedOut`.
    public static func connect(
        host: String, port: UInt16, tls: TLSClientConfiguration? = nil, on loop: EventLoop,
        limits: ConnectionLimits = ConnectionLimits()
    ) async throws(TransportError) -> HTTPClientConnection {
        let connection = try await ClientConnection.connect(
            host: host, port: port, tls: tls, on: loop, limits: limits)
        return HTTPClientConnection(connection, authority: Self.authority(host, port))
    }

    /// Sends a request and reads its whole response.
    ///
    /// `Host` and `Content-Length` are added. A response body above `limit` bytes cuts the connection.
    /// - Throws: `closedByPeer`, `timedOut`, `malformed`, `bodyTooLarge`, `closedLocally`. `malformed` also,
    ///   with nothing sent, for a target that is not printable ASCII: targets may have come from a peer.
    public func request(
        _ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8] = [],
        limit: Int = 16 * 1024 * 1024, timeout: Duration = .seconds(30)
    ) async throws(TransportError) -> HTTPResponse {
        guard RequestLine.isTarget(target) else { throw .malformed }
        var bytes = RequestLine.bytes(method, target, authority: authority, headers: headers)
        if !body.isEmpty || method == "POST" || method == "PUT" || method == "PATCH" {
            ResponseHead.appendField("Content-Length", String(body.count), to: &bytes)
        }
        ResponseHead.endLine(&bytes)
        bytes.append(contentsOf: body)
        let question = ClientConnection.Question(
            bytes: bytes, isHead: method == "HEAD", limit: limit, timeout: timeout)
        return try await connection.ask(question)
    }

    /// Ends the connection; a request under way ends with `closedLocally`.
    public func close() { connection.hangUp() }

    static func authority(_ host: String, _ port: UInt16) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// The first line of a request, `Host` and the caller's fields. RFC 9112, section 3.
enum RequestLine {
    static func bytes(
        _ method: String, _ target: String, authority: String, headers: [(String, String)]
    ) -> [UInt8] {
        precondition(ResponseHead.isToken(method), "a method is a token")
        precondition(isTarget(target), "a target is printable ASCII")
        var bytes: [UInt8] = []
        bytes.append(contentsOf: "\(method) \(target) HTTP/1.1".utf8)
        ResponseHead.endLine(&bytes)
        if !headers.contains(where: { $0.0.lowercased() == "host" }) {
            ResponseHead.appendField("Host", authority, to: &bytes)
        }
        for (name, value) in headers { ResponseHead.appendField(name, value, to: &bytes) }
        return bytes
    }

    /// Whether it is printable ASCII without spaces.
    static func isTarget(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
    }
}
