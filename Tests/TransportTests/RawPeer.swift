import Glibc
import Testing

/// A blocking TCP socket that sends exactly the bytes it is told to. Runs on a thread of its own.
///
/// Every wait ends after a minute, so that a test that waits for nothing fails instead of hanging.
final class RawPeer {
    private let descriptor: Int32
    private var buffered: [UInt8] = []
    private(set) var isEnded = false

    init(descriptor: Int32) {
        self.descriptor = descriptor
        timeOut(afterSeconds: 60)
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    convenience init(port: UInt16, receiveBuffer: Int32 = 0) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if receiveBuffer > 0 {
            var size = receiveBuffer
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        #expect(connected == 0)
        self.init(descriptor: descriptor)
    }

    deinit { close(descriptor) }

    /// How long each wait takes at most.
    func timeOut(afterSeconds seconds: Int) {
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Runs `script` with a connected peer, away from the threads that Swift's tasks share.
    @discardableResult
    static func run<Value: Sendable>(
        _ port: UInt16, receiveBuffer: Int32 = 0, _ script: @escaping @Sendable (RawPeer) -> Value
    ) async -> Value {
        await ownThread { script(RawPeer(port: port, receiveBuffer: receiveBuffer)) }
    }

    /// False when the other side no longer takes bytes.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let n = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if n <= 0 { return false }
            sent += n
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// One `send` call a byte.
    func drip(_ bytes: [UInt8]) {
        for byte in bytes where !send([byte]) { return }
    }

    /// `atOnce` bytes a call, with pauses: a peer as slow as that. Ends early when the other side says something.
    func drip(_ bytes: [UInt8], atOnce: Int = 1, everyMilliseconds pause: UInt32) {
        for start in stride(from: 0, to: bytes.count, by: atOnce) {
            var answer: UInt8 = 0
            if recv(descriptor, &answer, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) >= 0 { return }
            guard send(Array(bytes[start..<min(bytes.count, start + atOnce)])) else { return }
            usleep(pause * 1000)
        }
    }

    /// Says nothing for a while.
    func pause(milliseconds: UInt32) { usleep(milliseconds * 1000) }

    /// Takes `count` bytes, or everything until the other side ends, so many a time with pauses.
    func receiveAll(atOnce: Int, everyMilliseconds pause: UInt32, count: Int = .max) -> [UInt8] {
        var all: [UInt8] = []
        while all.count < count {
            var chunk = [UInt8](repeating: 0, count: atOnce)
            let n = recv(descriptor, &chunk, chunk.count, 0)
            if n <= 0 { return all }
            all += chunk.prefix(n)
            usleep(pause * 1000)
        }
        return all
    }

    /// Up to `count` bytes; fewer only at the end of the stream.
    func receive(_ count: Int) -> [UInt8] {
        while buffered.count < count && fill() {}
        let taken = Array(buffered.prefix(count))
        buffered.removeFirst(taken.count)
        return taken
    }

    func receiveLine() -> String? {
        while true {
            if let end = buffered.firstIndex(of: 0x0a) {
                let line = buffered.prefix(end)
                buffered.removeFirst(end + 1)
                return String(decoding: line.last == 0x0d ? line.dropLast() : line, as: UTF8.self)
            }
            if !fill() { return nil }
        }
    }

    /// Everything until the other side ends; nil when it was reset or did not end in time.
    func receiveAll() -> [UInt8]? {
        while fill() {}
        defer { buffered = [] }
        return isEnded ? buffered : nil
    }

    /// Whether the other side ended in order, with nothing more to say.
    func sawEnd() -> Bool { receiveAll().map(\.isEmpty) ?? false }

    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Makes the close a reset.
    func resetOnClose() {
        var value = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    }

    private func fill() -> Bool {
        if isEnded { return false }
        var chunk = [UInt8](repeating: 0, count: 65536)
        let n = recv(descriptor, &chunk, chunk.count, 0)
        if n == 0 { isEnded = true }
        if n <= 0 { return false }
        buffered.append(contentsOf: chunk.prefix(n))
        return true
    }
}

/// Runs blocking work on a thread of its own.
func ownThread<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
    return await withCheckedContinuation { continuation in
        let box = Unmanaged.passRetained(Work { continuation.resume(returning: work()) })
        var thread = pthread_t()
        let failed = pthread_create(
            &thread, nil,
            { raw in
                if let raw { Unmanaged<Work>.fromOpaque(raw).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
        precondition(failed == 0)
        pthread_detach(thread)
    }
}

private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
