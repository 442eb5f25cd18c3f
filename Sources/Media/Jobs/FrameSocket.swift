import Glibc

/// Frames over a socket: four bytes of length, the lowest first, then so many bytes. A frame may bring a descriptor.
///
/// Both ends use it: one thread each.
package struct FrameSocket: Sendable {
    /// A stream socket.
    package let descriptor: Int32

    /// Why there is no frame.
    package enum Failure: Error, Equatable, Sendable {
        /// The other side is gone.
        case closed
        /// It did not come in time.
        case late
        /// More bytes than the receiver wants.
        case tooLong
    }

    package init(descriptor: Int32) { self.descriptor = descriptor }

    /// Blocks until all is written.
    /// - Parameter file: goes along with the first byte; it stays the sender's.
    package func send(_ frame: [UInt8], file: Int32? = nil) throws(Failure) {
        var writer = NumberWriter()
        writer.put(frame)
        var rest = writer.bytes[...]
        if let file {
            let sent = Self.send(rest, with: file, to: descriptor)
            guard sent > 0 else { throw .closed }
            rest = rest.dropFirst(sent)
        }
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Self.noSignal) }
            if sent < 0 && errno == EINTR { continue }
            guard sent > 0 else { throw .closed }
            rest = rest.dropFirst(sent)
        }
    }

    /// A frame without a descriptor: one that comes along is thrown away by the kernel.
    /// - Parameter deadline: milliseconds of the monotonic clock.
    package func receive(byteCountMax: Int, deadline: Int) throws(Failure) -> [UInt8] {
        let count = Self.count(try fill(4, until: deadline))
        guard count <= byteCountMax else { throw .tooLong }
        return try fill(count, until: deadline)
    }

    /// Whether something can be received before `deadline`, in milliseconds of the monotonic clock.
    func hasFrame(until deadline: Int) throws(Failure) -> Bool {
        do {
            try wait(until: deadline)
            return true
        } catch .late {
            return false
        }
    }

    /// Waits for ever for a frame, and takes the descriptor that comes with it, which is now the receiver's.
    package func receiveWithFile(byteCountMax: Int) throws(Failure) -> (frame: [UInt8], file: Int32?) {
        var file: Int32?
        do throws(Failure) {
            let count = Self.count(try fill(4, &file))
            guard count <= byteCountMax else { throw .tooLong }
            return (try fill(count, &file), file)
        } catch {
            if let file { close(file) }
            throw error
        }
    }

    private static func count(_ head: [UInt8]) -> Int { head.reversed().reduce(0) { $0 << 8 | Int($1) } }

    private func fill(_ count: Int, until deadline: Int) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            try wait(until: deadline)
            let got = bytes.withUnsafeMutableBytes { (buffer) in
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                return recv(descriptor, rest.baseAddress, rest.count, 0)
            }
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else { throw .closed }
            filled += got
        }
        return bytes
    }

    private func fill(_ count: Int, _ file: inout Int32?) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes { (buffer) in
                Self.receive(UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]), &file, from: descriptor)
            }
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else { throw .closed }
            filled += got
        }
        return bytes
    }

    private func wait(until deadline: Int) throws(Failure) {
        while true {
            let rest = deadline - Self.now()
            guard rest > 0 else { throw .late }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let found = poll(&waiting, 1, Int32(clamping: rest))
            if found > 0 { return }
            guard found == 0 || errno == EINTR else { throw .closed }
        }
    }

    /// Milliseconds of the monotonic clock.
    package static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    // MARK: Descriptors

    private static let noSignal = Int32(MSG_NOSIGNAL)
    private static let closeOnExec = Int32(MSG_CMSG_CLOEXEC)
    /// With one control message: its length, its level and type, the descriptor, and padding.
    private static func send(_ bytes: ArraySlice<UInt8>, with file: Int32, to socket: Int32) -> Int {
        let control: [UInt64] = [
            20, UInt64(SOL_SOCKET) | UInt64(SCM_RIGHTS) << 32, UInt64(UInt32(bitPattern: file)),
        ]
        return bytes.withUnsafeBytes { (data) in
            control.withUnsafeBytes { (control) in
                var part = iovec(iov_base: .init(mutating: data.baseAddress), iov_len: data.count)
                return withUnsafeMutablePointer(to: &part) { (part) in
                    var message = msghdr()
                    (message.msg_iov, message.msg_iovlen) = (part, 1)
                    message.msg_control = .init(mutating: control.baseAddress)
                    message.msg_controllen = control.count
                    while true {
                        let sent = sendmsg(socket, &message, noSignal)
                        if sent >= 0 || errno != EINTR { return sent }
                    }
                }
            }
        }
    }

    private static func receive(
        _ buffer: UnsafeMutableRawBufferPointer, _ file: inout Int32?, from socket: Int32
    ) -> Int {
        var control: [UInt64] = [0, 0, 0]
        var message = msghdr()
        var part = iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
        let got = control.withUnsafeMutableBytes { (control) in
            withUnsafeMutablePointer(to: &part) { (part) in
                (message.msg_iov, message.msg_iovlen) = (part, 1)
                (message.msg_control, message.msg_controllen) = (control.baseAddress, control.count)
                return recvmsg(socket, &message, closeOnExec)
            }
        }
        let isRights = control[0] == 20 && control[1] == UInt64(SOL_SOCKET) | UInt64(SCM_RIGHTS) << 32
        if got > 0, message.msg_controllen >= 20, isRights {
            if let earlier = file { close(earlier) }
            file = Int32(truncatingIfNeeded: control[2])
        }
        return got
    }
}
