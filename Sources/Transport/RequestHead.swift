import CTransport

/// A request's first line and fields, as received. RFC 9112, sections 3 and 5.
public struct RequestHead: Sendable {
    /// Case matters; any token.
    public let method: String
    /// A path with a query; anything else as it was sent. Of a target that names the server too only that is left.
    public let target: String
    /// What the client calls this server, with the port where it says one: by the target, else by `Host`.
    public let host: String?
    public let headers: HeaderFields
    /// nil without `Content-Length`.
    public let contentLength: Int64?
    public let isChunked: Bool
    public let hasBody: Bool
    /// 0 or 1, for HTTP/1.0 or HTTP/1.1.
    public let minorVersion: Int

    init(_ head: ct_head) {
        let bytes = HeadBytes(head)
        method = bytes.text(head.methodOffset, head.methodLength)
        headers = HeaderFields(
            bytes: bytes, spans: Array(UnsafeBufferPointer(start: head.fields, count: head.fieldCount)))
        let sent = bytes.text(head.targetOffset, head.targetLength)
        let absolute = sent.utf8.first == UInt8(ascii: "/") ? nil : AbsoluteTarget(sent, method: method)
        target = absolute?.origin ?? sent
        host = absolute?.host ?? headers["host"]
        contentLength = head.contentLength < 0 ? nil : head.contentLength
        isChunked = head.chunked
        hasBody = head.hasBody
        minorVersion = Int(head.minorVersion)
    }

    /// The target up to the query, still percent-encoded.
    public var path: Substring { target.prefix { $0 != "?" } }

    /// What follows the question mark, still percent-encoded.
    public var query: Substring? {
        target.firstIndex(of: "?").map { target[target.index(after: $0)...] }
    }

    /// The key to answer when this is a WebSocket upgrade as RFC 6455, section 4.2.1 wants it; else nil.
    var webSocketKey: String? {
        guard method == "GET", minorVersion == 1, !hasBody,
            headers.contains("upgrade", token: "websocket"), headers.contains("connection", token: "upgrade"),
            headers["sec-websocket-version"] == "13",
            headers.all("sec-websocket-key").count == 1, let key = headers["sec-websocket-key"],
            key.utf8.count == 24, key.hasSuffix("==")
        else { return nil }
        let symbols = key.utf8.dropLast(2)
        let isBase64 = symbols.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte.lowercasedASCII) || byte == 0x2b || byte == 0x2f
        }
        return isBase64 ? key : nil
    }

    /// Whether the client asks for a WebSocket, well-formed or not.
    public var asksForWebSocket: Bool { headers.contains("upgrade", token: "websocket") }

    /// The subprotocols offered, in the client's order.
    public var offeredSubprotocols: [String] {
        headers.all("sec-websocket-protocol").flatMap { line in
            line.split(separator: ",").map { String($0.trimmingSpaces()) }.filter { !$0.isEmpty }
        }
    }
}
