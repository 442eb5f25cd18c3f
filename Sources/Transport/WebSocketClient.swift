import CTransport
import Threads

/// Opens WebSockets. RFC 6455, section 4.1.
public enum WebSocketClient {
    /// Connects, upgrades and hands over the socket; `handler` may be called before this returns.
    ///
    /// - Throws: `cannotConnect`, `cannotSecure`, `timedOut`, ``TransportError/upgradeRefused(status:)``, `malformed`.
    public static func connect(
        host: String, port: UInt16, target: String = "/", subprotocols: [String] = [],
        headers: [(String, String)] = [], tls: TLSClientConfiguration? = nil, on loop: EventLoop,
        limits: ConnectionLimits = ConnectionLimits(),
        configuration: WebSocketConfiguration = WebSocketConfiguration(), handler: WebSocketHandler
    ) async throws(TransportError) -> WebSocket {
        let connection = try await ClientConnection.connect(
            host: host, port: port, tls: tls, on: loop, limits: limits)
        let key = newKey()
        var fields = [
            ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", key),
        ]
        if !subprotocols.isEmpty { fields.append(("Sec-WebSocket-Protocol", subprotocols.joined(separator: ", "))) }
        var bytes = RequestLine.bytes(
            "GET", target, authority: HTTPClientConnection.authority(host, port), headers: fields + headers)
        ResponseHead.endLine(&bytes)
        let request = bytes
        let result = await handedOver { (done: ClientConnection.Upgraded) in
            loop.perform {
                let upgrade = ClientConnection.Upgrade(
                    key: key, offered: subprotocols, configuration: configuration, handler: handler, done: done)
                connection.ask(request, timeout: limits.headTimeout, upgrade: upgrade)
            }
        }
        return try result.get()
    }

    /// 16 random bytes in base64.
    private static func newKey() -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        ct_random(&bytes, bytes.count)
        let symbols = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: 18, by: 3) {
            let part = (0..<3).map { start + $0 < 16 ? UInt32(bytes[start + $0]) : 0 }
            let word = part[0] << 16 | part[1] << 8 | part[2]
            text.append(contentsOf: [18, 12, 6, 0].map { symbols[Int(word >> $0 & 63)] })
        }
        return String(decoding: text.prefix(22), as: UTF8.self) + "=="
    }
}
