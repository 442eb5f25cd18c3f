import CLinux
import Glibc
import Wire

/// What a load does with the frames that come.
protocol LoadHandler: AnyObject {
    func received(_ frame: UnsafeRawBufferPointer, on socket: LoadSocket, at time: UInt64) throws(BenchError)
    /// Everything that had come was read; what is in the outbox leaves after this.
    func readEnded(on socket: LoadSocket, at time: UInt64) throws(BenchError)
    /// Called between two waits.
    /// - Returns: when to be called again at the latest.
    func turn(at time: UInt64) throws(BenchError) -> UInt64
}

/// Serves all sockets of the load on the calling thread.
final class LoadLoop {
    static let heartbeatNanoseconds: UInt64 = 10_000_000_000

    let sockets: [LoadSocket]
    private let polled: UnsafeMutablePointer<pollfd>
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    private var heartbeatAt = Monotonic.now() + LoadLoop.heartbeatNanoseconds
    private let ping: [UInt8]

    init(_ sockets: [LoadSocket]) {
        self.sockets = sockets
        polled = .allocate(capacity: max(1, sockets.count))
        for (index, socket) in sockets.enumerated() {
            socket.index = index
            polled[index] = pollfd(fd: socket.file, events: Int16(POLLIN), revents: 0)
        }
        var ping: [UInt8] = []
        WebSocketFrames.append(opcode: 2, ClientFrame.ping(.init(stamp: 1)).encoded(as: .cbor), to: &ping)
        self.ping = ping
    }

    deinit {
        polled.deallocate()
        buffer.deallocate()
    }

    /// Opens a socket for each token, so many upgrades under way at once.
    static func open(
        _ address: BenchServerAddress, tokens: [String], atOnce: Int = 64
    ) throws(BenchError) -> [LoadSocket] {
        var sockets: [LoadSocket] = []
        for start in stride(from: 0, to: tokens.count, by: atOnce) {
            var opening: [LoadSocket] = []
            for token in tokens[start..<min(tokens.count, start + atOnce)] {
                opening.append(try LoadSocket(address, token: token))
            }
            for socket in opening { try socket.finishUpgrade() }
            sockets += opening
        }
        return sockets
    }

    /// Serves until `isDone` or the time is over.
    /// - Returns: whether `isDone` was why it ended.
    @discardableResult
    func run(
        _ handler: some LoadHandler, until deadline: UInt64, isDone: () -> Bool = { false }
    ) throws(BenchError) -> Bool {
        try serve(handler)
        while true {
            let time = Monotonic.now()
            try Interruption.check()
            if isDone() { return true }
            if time >= deadline { return false }
            if time >= heartbeatAt { try heartbeat(at: time) }
            let next = try handler.turn(at: time)
            try wait(until: min(next, deadline))
            try serve(handler)
        }
    }

    private func wait(until time: UInt64) throws(BenchError) {
        let now = Monotonic.now()
        let left = time > now ? min(time - now, 1_000_000_000) : 0
        let count = sotto_poll(polled, UInt(sockets.count), Int64(left))
        if count < 0 && errno != EINTR { throw .system("cannot wait for sockets", errno: errno) }
    }

    private func serve(_ handler: some LoadHandler) throws(BenchError) {
        for (index, socket) in sockets.enumerated() {
            let events = polled[index].revents
            if events == 0 && socket.outbox.isEmpty && !socket.isFresh { continue }
            polled[index].revents = 0
            if events & ~Int16(POLLOUT) != 0 || socket.isFresh {
                let time = Monotonic.now()
                _ = try socket.read(into: buffer) { (frame) throws(BenchError) in
                    try handler.received(frame, on: socket, at: time)
                }
                try handler.readEnded(on: socket, at: time)
            }
            try socket.flush()
            polled[index].events = Int16(POLLIN) | (socket.isBlocked ? Int16(POLLOUT) : 0)
        }
    }

    private func heartbeat(at time: UInt64) throws(BenchError) {
        heartbeatAt = time + Self.heartbeatNanoseconds
        try pingAll()
    }

    /// One ping frame on each socket.
    func pingAll() throws(BenchError) {
        for socket in sockets {
            socket.outbox += ping
            try socket.flush()
        }
    }
}
