import Glibc
import Wire

/// One WebSocket of the load. Lean, so that what is measured is the server: blocking until it is open, then without;
/// frames come and go as bytes; the mask is zero, which costs the server what any other mask does.
final class LoadSocket {
    let file: Int32
    /// Its place in the ``LoadLoop``.
    var index = 0
    /// Frames that wait for the next flush.
    var outbox: [UInt8] = []
    /// Bytes of a frame that has not come whole.
    fileprivate(set) var rest: [UInt8] = []
    private(set) var isBlocked = false
    /// What came together with the answer to the upgrade was not looked at yet.
    private(set) var isFresh = true
    private var tls: TLSSocket?
    /// Reads return at once.
    private var isOpen = false

    /// Connects and upgrades, with the token in a header.
    init(_ address: BenchServerAddress, token: String) throws(BenchError) {
        let port = address.port
        file = try RawSocket.connect(port: port)
        tls = try address.certificate.map { (certificate) throws(BenchError) in
            try TLSSocket(file: file, trusting: certificate)
        }
        let head = """
            GET /v1/ws HTTP/1.1\r
            Host: 127.0.0.1:\(port)\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: c290dG8tYmVuY2gtMTIzNA==\r
            Sec-WebSocket-Protocol: \(WireForm.cbor.subprotocol)\r
            Authorization: Bearer \(token)\r
            \r

            """
        outbox = Array(head.utf8)
        try flush()
        guard outbox.isEmpty else { throw .server("a request for an upgrade did not leave") }
    }

    deinit {
        tls = nil
        close(file)
    }

    /// Reads the answer to the upgrade; from then on the socket does not block.
    func finishUpgrade() throws(BenchError) {
        var answer: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        let end = Array("\r\n\r\n".utf8)
        while true {
            let count = part.withUnsafeMutableBytes { receive($0.baseAddress, $0.count) }
            guard count > 0 else { throw .server("the server closed a socket before it was open") }
            answer += part[..<count]
            if let found = answer.firstRange(of: end) {
                guard answer.starts(with: Array("HTTP/1.1 101".utf8)) else {
                    throw .server("no upgrade: " + String(decoding: answer.prefix(40), as: UTF8.self))
                }
                rest = Array(answer[found.upperBound...])
                break
            }
        }
        let flags = fcntl(file, F_GETFL)
        _ = fcntl(file, F_SETFL, flags | O_NONBLOCK)
        isOpen = true
    }

    /// Writes what waits; what the kernel does not take waits on.
    func flush() throws(BenchError) {
        guard !outbox.isEmpty else { return }
        let count = outbox.withUnsafeBytes { transmit($0.baseAddress, $0.count) }
        if count == outbox.count {
            outbox.removeAll(keepingCapacity: true)
            isBlocked = false
        } else if count >= 0 {
            outbox.removeFirst(count)
            isBlocked = true
        } else if errno == EAGAIN {
            isBlocked = true
        } else {
            throw .system("a socket was closed", errno: errno)
        }
    }

    /// Reads once and hands over each whole frame.
    /// - Returns: whether there was anything.
    func read(
        into buffer: UnsafeMutableRawBufferPointer, _ take: (UnsafeRawBufferPointer) throws(BenchError) -> Void
    ) throws(BenchError) -> Bool {
        isFresh = false
        let kept = rest.count
        if kept > 0 { buffer.copyBytes(from: rest) }
        let count = receive(buffer.baseAddress.map { $0 + kept }, buffer.count - kept)
        guard count != 0 else { throw .server("the server closed a socket") }
        guard count > 0 || kept > 0 else {
            if errno == EAGAIN || errno == EINTR { return false }
            throw .system("a socket was closed", errno: errno)
        }
        let all = UnsafeRawBufferPointer(rebasing: buffer[..<(kept + max(0, count))])
        let used = try WebSocketFrames.each(in: all, answeringOn: self, take)
        if used == all.count {
            if kept > 0 { rest.removeAll(keepingCapacity: true) }
        } else {
            rest = Array(all[used...])
        }
        return true
    }

    private func receive(_ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
        guard let tls else { return recv(file, buffer, count, 0) }
        // A record at a time, until there is none.
        var all = tls.receive(buffer, count)
        while isOpen, all > 0, all < count {
            let more = tls.receive(buffer.map { $0 + all }, count - all)
            guard more > 0 else { break }
            all += more
        }
        return all
    }

    private func transmit(_ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
        tls?.transmit(bytes, count) ?? send(file, bytes, count, Int32(MSG_NOSIGNAL))
    }
}

/// The frames of a server, as far as ours goes: unmasked, whole. RFC 6455, section 5.2.
enum WebSocketFrames {
    /// Calls `take` with each message in `all`.
    /// - Returns: the bytes that were whole frames.
    static func each(
        in all: UnsafeRawBufferPointer, answeringOn socket: LoadSocket,
        _ take: (UnsafeRawBufferPointer) throws(BenchError) -> Void
    ) throws(BenchError) -> Int {
        var offset = 0
        while all.count - offset >= 2 {
            let first = all[offset]
            var size = Int(all[offset + 1] & 0x7F)
            var start = offset + 2
            if size == 126 {
                guard all.count - start >= 2 else { break }
                size = Int(all[start]) << 8 | Int(all[start + 1])
                start += 2
            } else if size == 127 {
                guard all.count - start >= 8 else { break }
                size = (4..<8).reduce(0) { $0 << 8 | Int(all[start + $1]) }
                start += 8
            }
            guard size <= all.count - start else { break }
            let payload = UnsafeRawBufferPointer(rebasing: all[start..<(start + size)])
            switch first {
            case 0x82: try take(payload)
            case 0x89: append(opcode: 10, Array(payload), to: &socket.outbox)
            case 0x8A: break
            case 0x88:
                let reason = String(decoding: payload.dropFirst(2), as: UTF8.self)
                throw .server("the server closed a socket: \(reason)")
            default: throw .server("an unexpected WebSocket frame, first byte \(first)")
            }
            offset = start + size
        }
        return offset
    }

    /// Appends a client's frame, masked with zeros.
    static func append(opcode: UInt8, _ payload: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(0x80 | opcode)
        if payload.count < 126 {
            bytes.append(0x80 | UInt8(payload.count))
        } else {
            bytes.append(0x80 | 126)
            bytes.append(UInt8(truncatingIfNeeded: payload.count >> 8))
            bytes.append(UInt8(truncatingIfNeeded: payload.count))
        }
        bytes.append(contentsOf: [0, 0, 0, 0])
        bytes.append(contentsOf: payload)
    }
}
