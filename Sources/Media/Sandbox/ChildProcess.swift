import CLinux
import Glibc

/// A child of this process: killed and reaped with its owner, if it has not ended before.
struct ChildProcess: ~Copyable {
    private let process: pid_t
    private let bounds: LockedProgram.Bounds
    private var isReaped = false

    init(_ process: pid_t, within bounds: LockedProgram.Bounds) { (self.process, self.bounds) = (process, bounds) }

    deinit {
        guard !isReaped else { return }
        kill(process, SIGKILL)
        var status: Int32 = 0
        var use = rusage()
        while wait4(process, &status, 0, &use) < 0 && errno == EINTR {}
        bounds.spent(Self.milliseconds(use))
    }

    /// Returns once it has ended with status 0.
    /// - Parameter deadline: milliseconds of the monotonic clock.
    mutating func awaitEnd(until deadline: Int) throws(LockedProgram.Failure) {
        let file = sotto_process_file(process)
        guard file >= 0 else { throw .late }
        defer { close(file) }
        var waiting = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
        var rest = deadline - FrameSocket.now()
        while rest > 0, poll(&waiting, 1, Int32(clamping: rest)) <= 0 { rest = deadline - FrameSocket.now() }
        var status: Int32 = 0
        var use = rusage()
        guard wait4(process, &status, WNOHANG, &use) == process else { throw .late }
        isReaped = true
        bounds.spent(Self.milliseconds(use))
        let signal = status & 0x7F
        guard signal != 0 else {
            guard status == 0 else { throw .refused(status >> 8 & 0xFF) }
            return
        }
        // SIGKILL is also the kernel's way of keeping the bound on computing.
        let isSpent = Self.milliseconds(use) >= bounds.processorSecondsMax * 1000 - 50
        throw signal == SIGXCPU || (signal == SIGKILL && isSpent) ? .late : .died(signal)
    }

    private static func milliseconds(_ use: rusage) -> Int {
        (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000 + Int(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1000
    }
}
