import Foundation
import TestKit

/// A way to a server that stops in the middle: after so many bytes it passes nothing on any more, and cuts nothing
/// either.
final class HoldingProxy: Sendable {
    /// Which bytes count.
    enum Direction {
        case toServer, toClient
    }

    private struct State {
        var passedByteCount = 0
        var isHolding = false
        var sockets: [Int32] = []
    }

    let port: UInt16
    private let target: UInt16
    private let direction: Direction
    private let byteCountMax: Int
    private let listener: Int32
    private let state = Guarded(State())
    private let held = DispatchSemaphore(value: 0)

    /// - Parameter byteCountMax: of all connections together, one way.
    init(to target: UInt16, _ direction: Direction = .toServer, holdingAfter byteCountMax: Int = .max) throws {
        self.target = target
        self.direction = direction
        self.byteCountMax = byteCountMax
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var address = Self.loopback(0)
        let listener = listener
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isBound else { throw ServerProcess.Failure(description: "no proxy") }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in welcome() }
    }

    /// That way.
    var passedByteCount: Int { state.withLock { $0.passedByteCount } }

    /// Returns once it passes nothing on any more.
    func waitUntilHeld() { held.wait() }

    /// Ends it, with every connection.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        for socket in state.withLock({ $0.sockets }) { shutdown(socket, Int32(SHUT_RDWR)) }
    }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return address
    }

    private func welcome() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { break }
            _ = fcntl(client, F_SETFD, FD_CLOEXEC)
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            var address = Self.loopback(target)
            let isConnected = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            guard isConnected else { break }
            state.withLock { $0.sockets += [client, server] }
            Thread.detachNewThread { [self] in pass(client, server) { self.mayPass($0, .toServer) } }
            Thread.detachNewThread { [self] in pass(server, client) { self.mayPass($0, .toClient) } }
        }
        close(listener)
    }

    private func mayPass(_ byteCount: Int, _ way: Direction) -> Bool {
        guard way == direction else { return true }
        return state.withLock { (state) in
            guard state.passedByteCount < byteCountMax else {
                if !state.isHolding { held.signal() }
                state.isHolding = true
                return false
            }
            state.passedByteCount += byteCount
            return true
        }
    }

    private func pass(_ from: Int32, _ to: Int32, _ mayPass: (Int) -> Bool) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(from, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            guard mayPass(count) else { return }
            var sent = 0
            while sent < count {
                let passed = buffer.withUnsafeBytes {
                    send(to, $0.baseAddress.map { $0 + sent }, count - sent, Int32(MSG_NOSIGNAL))
                }
                guard passed > 0 else { break }
                sent += passed
            }
        }
        shutdown(to, Int32(SHUT_WR))
    }
}
