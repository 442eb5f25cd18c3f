import Glibc
import Testing

@testable import Transport

@Suite("Clients")
struct ClientTests {
    @discardableResult
    private func withLoop<Value>(_ body: (EventLoop) async throws -> Value) async rethrows -> Value {
        let group = EventLoopGroup(count: 1)
        defer { group.shutdown() }
        return try await body(group.loops[0])
    }

    /// Serves one connection with exactly these bytes, whatever is asked, then ends.
    @discardableResult
    private func withAnswer<Value: Sendable>(
        _ answer: String, _ body: (UInt16) async throws -> Value
    ) async throws -> Value {
        try await withAnswer({ _ in Array(answer.utf8) }, body)
    }

    /// The answer may depend on the request's lines.
    @discardableResult
    private func withAnswer<Value: Sendable>(
        _ answer: @escaping @Sendable ([String]) -> [UInt8], _ body: (UInt16) async throws -> Value
    ) async throws -> Value {
        let door = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(door) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                guard bind(door, $0, size) == 0, listen(door, 16) == 0, getsockname(door, $0, &size) == 0 else {
                    return UInt16(0)
                }
                return UInt16(bigEndian: pointer.pointee.sin_port)
            }
        }
        try #require(port != 0)
        let serving = Task {
            await ownThread {
                let descriptor = accept(door, nil, nil)
                guard descriptor >= 0 else { return }
                let peer = RawPeer(descriptor: descriptor)
                var lines: [String] = []
                while let line = peer.receiveLine(), !line.isEmpty { lines.append(line) }
                peer.send(answer(lines))
                peer.endSending()
                _ = peer.receiveAll()
            }
        }
        let result: Result<Value, any Error>
        do { result = .success(try await body(port)) } catch { result = .failure(error) }
        await serving.value
        return try result.get()
    }

    private func get(
        _ port: UInt16, _ loop: EventLoop, limit: Int = 1000
    ) async throws(TransportError) -> HTTPResponse {
        let client = try await HTTPClientConnection.connect(host: "127.0.0.1", port: port, on: loop)
        defer { client.close() }
        return try await client.request("GET", "/", limit: limit, timeout: .seconds(60))
    }

    @Test("requests made at once are answered in turn on one connection")
    func inTurn() async throws {
        try await TestServer.run(TestServer.mirror) { server in
            let client = try await HTTPClientConnection.connect(host: "127.0.0.1", port: server.port, on: server.loop)
            let texts = try await withThrowingTaskGroup(of: String.self) { tasks in
                for index in 0..<50 {
                    tasks.addTask {
                        let posts = index % 2 == 0
                        let response = try await client.request(
                            posts ? "POST" : "GET", "/\(index)", body: [UInt8](repeating: 0, count: posts ? index : 0))
                        return String(decoding: response.body, as: UTF8.self)
                    }
                }
                return try await tasks.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(texts == Set((0..<50).map { $0 % 2 == 0 ? "POST /\($0) \($0)" : "GET /\($0) 0" }))
            #expect(server.listener.totals.accepted == 1)
            client.close()
        }
    }

    @Test("a target that is not printable ASCII is refused, and the connection stays good")
    func targets() async throws {
        try await TestServer.run(TestServer.mirror) { server in
            let client = try await HTTPClientConnection.connect(host: "127.0.0.1", port: server.port, on: server.loop)
            for target in ["", "/a b", "/a\r\nX: y", "/é", "/\u{7F}"] {
                await #expect(throws: TransportError.malformed) { try await client.request("GET", target) }
            }
            #expect(try await client.request("GET", "/a").status == 200)
            client.close()
        }
    }

    @Test("bodies end by length, by chunks or with the connection", arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 200 OK\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
            + "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.0 200 OK\r\n\r\nabc",
    ])
    func bodies(_ answer: String) async throws {
        try await withLoop { loop in
            let response = try await withAnswer(answer) { port in try await get(port, loop) }
            #expect(response.status == 200)
            #expect(String(decoding: response.body, as: UTF8.self) == "abc")
        }
    }

    @Test("a response that is not HTTP, or breaks off, is an error", arguments: [
        ("nonsense\r\n\r\n", .malformed), ("HTTP/1.1 200 OK\nContent-Length: 0\n\n", .malformed),
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", .malformed),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", .malformed),
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", .closedByPeer), ("HTTP/1.1 200 OK\r\n", .closedByPeer),
        ("", .closedByPeer), ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", .closedByPeer),
        ("HTTP/1.1 200 OK\r\nX: \(String(repeating: "a", count: 20_000))\r\n\r\n", .malformed),
    ] as [(String, TransportError)])
    func bad(_ answer: String, _ error: TransportError) async throws {
        await withLoop { loop in
            await #expect(throws: error) {
                try await withAnswer(answer) { port in try await get(port, loop) }
            }
        }
    }

    @Test("a body above the limit is refused, told or not", arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n\(String(repeating: "a", count: 1001))",
    ])
    func tooLarge(_ answer: String) async throws {
        await withLoop { loop in
            await #expect(throws: TransportError.bodyTooLarge(limitByteCount: 1000)) {
                try await withAnswer(answer) { port in try await get(port, loop) }
            }
        }
    }

    @Test("nobody there is an error, and so is a name that means nothing")
    func nobody() async throws {
        await withLoop { loop in
            await #expect(throws: TransportError.cannotConnect) { try await get(1, loop) }
            await #expect(throws: TransportError.cannotConnect) {
                _ = try await HTTPClientConnection.connect(host: "nowhere.invalid", port: 1, on: loop)
            }
        }
    }

    @Test("an answer that does not come in time is an error")
    func timeout() async throws {
        let held = Journal<HTTPExchange>()
        try await TestServer.run(Handler(request: { held.add($0) })) { server in
            let client = try await HTTPClientConnection.connect(host: "127.0.0.1", port: server.port, on: server.loop)
            await #expect(throws: TransportError.timedOut) {
                try await client.request("GET", "/", timeout: .milliseconds(100))
            }
            await #expect(throws: TransportError.timedOut) { try await client.request("GET", "/") }
        }
    }

    @Test("a WebSocket opens with a subprotocol and headers, and speaks")
    func webSocket() async throws {
        let handler = Handler(request: { exchange in
            let name = exchange.head.headers["x-name"] ?? ""
            _ = try? exchange.acceptWebSocket(
                subprotocol: exchange.head.offeredSubprotocols.last,
                handler: WebSocketHandler(message: { socket, message in socket.send(text: name + message.text) }))
        })
        try await TestServer.run(handler) { server in
            let seen = Journal<String>()
            let socket = try await WebSocketClient.connect(
                host: "127.0.0.1", port: server.port, target: "/ws", subprotocols: ["a", "b"],
                headers: [("X-Name", "ü:")], on: server.loop,
                handler: WebSocketHandler(
                    message: { socket, message in
                        seen.add(message.text)
                        socket.close(code: 3001, reason: "enough")
                    }, closed: { _, code, reason in seen.add("\(code)") }))
            #expect(socket.subprotocol == "b")
            socket.send(text: "hello")
            #expect(await seen.wait(2) == ["ü:hello", "3001"])
        }
    }

    @Test("an upgrade that is refused, or answered wrongly, is an error", arguments: [
        ("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", .upgradeRefused(status: 403)),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", .upgradeRefused(status: 200)),
        ("HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", .malformed),
        ("HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AA\r\n\r\n", .malformed),
        ("", .closedByPeer),
    ] as [(String, TransportError)])
    func upgradeRefused(_ answer: String, _ error: TransportError) async throws {
        await withLoop { loop in
            await #expect(throws: error) {
                try await withAnswer(answer) { port in
                    _ = try await WebSocketClient.connect(
                        host: "127.0.0.1", port: port, on: loop, handler: WebSocketHandler(message: { _, _ in }))
                }
            }
        }
    }

    @Test("a server that masks its frames, or sends too much, is told off", arguments: [
        (RawFrame.bytes(1, [0x61]), 1002), (RawFrame.bytes(2, [], masked: false, declaring: 1001), 1009),
        (RawFrame.bytes(1, [0xff], masked: false), 1007),
    ] as [([UInt8], UInt16)])
    func badServer(_ frame: [UInt8], _ code: UInt16) async throws {
        let seen = Journal<UInt16>()
        try await withLoop { loop in
            let answer: @Sendable ([String]) -> [UInt8] = { lines in
                let key = lines.first { $0.hasPrefix("Sec-WebSocket-Key: ") }?.dropFirst(19) ?? ""
                let head = """
                    HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                    Sec-WebSocket-Accept: \(acceptKey(String(key)))\r\n\r\n
                    """
                return Array(head.utf8) + frame
            }
            try await withAnswer(answer) { port in
                _ = try await WebSocketClient.connect(
                    host: "127.0.0.1", port: port, on: loop, configuration: .init(messageByteCountMax: 1000),
                    handler: WebSocketHandler(message: { _, _ in }, closed: { _, code, _ in seen.add(code) }))
                _ = await seen.wait()
            }
        }
        #expect(seen.all == [code])
    }
}
