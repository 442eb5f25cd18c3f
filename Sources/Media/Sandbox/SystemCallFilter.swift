import CLinux
import Glibc

/// The system calls that decoding an image needs, as a program for the kernel (seccomp, classic BPF).
///
/// A call outside the list ends the process. Those that libraries make to look around (open, stat) fail instead, so
/// that a decoder which only wanted to know goes on without.
package struct SystemCallFilter {
    /// The program's lines.
    private(set) var lines: [sock_filter] = []

    enum Verdict {
        static let allow: UInt32 = 0x7FFF_0000
        static let kill: UInt32 = 0x8000_0000
        static func fail(_ code: Int32) -> UInt32 { 0x0005_0000 | UInt32(code) }
    }

    /// A condition on one argument: `argument & mask == value`.
    struct Condition {
        let argument: Int
        let mask: UInt32
        let value: UInt32
    }

    /// Puts all threads of this process under the filter.
    package static func enter() throws(Sandbox.Failure) {
        var lines = SystemCallFilter(process: getpid()).lines
        guard sotto_filter_calls(&lines, UInt16(lines.count)) == 0 else { throw .filter }
    }

    /// Without a line: for the other profile, see ``init(program:)``.
    init() {}

    /// - Parameter process: the only one that may be sent a signal.
    init(process: pid_t) {
        checkArchitecture()
        for call in Self.plain { allow(call) }
        for call in Self.curious { fail(call, EACCES) }
        for call in Self.refused { fail(call, EPERM) }
        // glibc falls back to clone, whose flags can be looked at.
        fail(SYS_clone3, ENOSYS)
        let socket = Condition(argument: 0, mask: .max, value: UInt32(Sandbox.socket))
        for call in [SYS_write, SYS_sendmsg, SYS_sendto, SYS_recvmsg] { allow(call, if: [socket]) }
        let noCode = Condition(argument: 2, mask: UInt32(PROT_EXEC), value: 0)
        for call in [SYS_mmap, SYS_mprotect] { allow(call, if: [noCode]) }
        // A thread of this process, in no namespace of its own.
        allow(SYS_clone, if: [Condition(argument: 0, mask: 0x7E03_0900, value: 0x0001_0900)])
        allow(SYS_tgkill, if: [Condition(argument: 0, mask: .max, value: UInt32(bitPattern: process))])
        allow(SYS_prctl, if: [Condition(argument: 0, mask: .max, value: UInt32(PR_SET_NAME))])
        // Reading a bound of its own.
        allow(SYS_prlimit64, if: [
            Condition(argument: 0, mask: .max, value: 0), Condition(argument: 2, mask: .max, value: 0),
        ])
        // Only the form that asks about an open descriptor.
        allow(SYS_newfstatat, if: [Condition(argument: 3, mask: 0x1000, value: 0x1000)], otherwise: EACCES)
        otherwise(Verdict.kill)
    }

    private static let plain = [
        SYS_read, SYS_pread64, SYS_readv, SYS_close, SYS_fstat, SYS_lseek, SYS_dup, SYS_fcntl, SYS_munmap, SYS_mremap,
        SYS_madvise, SYS_brk, SYS_futex, SYS_sched_yield, SYS_sched_getaffinity, SYS_clock_gettime,
        SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday, SYS_getrandom, SYS_rt_sigaction, SYS_rt_sigprocmask,
        SYS_rt_sigreturn, SYS_sigaltstack, SYS_gettid, SYS_getpid, SYS_exit, SYS_exit_group, SYS_set_robust_list,
        SYS_rseq, SYS_ppoll, SYS_restart_syscall, SYS_getrusage, SYS_membarrier,
    ] + older

    private static let curious = [
        SYS_openat, SYS_faccessat, SYS_faccessat2, SYS_readlinkat, SYS_statx, SYS_getcwd, SYS_statfs, SYS_fstatfs,
    ] + olderCurious

    private static let refused = [
        SYS_sched_getattr, SYS_sched_setattr, SYS_sched_setscheduler, SYS_sched_getscheduler, SYS_sched_getparam,
        SYS_setpriority, SYS_getpriority, SYS_ioctl, SYS_uname, SYS_sysinfo, SYS_sched_setaffinity,
    ]

    // Calls that newer machines never had.
    #if arch(x86_64)
        private static let older = [SYS_poll, SYS_time, SYS_getrlimit]
        private static let olderCurious = [SYS_open, SYS_access, SYS_stat, SYS_lstat, SYS_readlink]
        private static let architecture: UInt32 = 0xC000_003E
    #else
        private static let older: [Int32] = []
        private static let olderCurious: [Int32] = []
        private static let architecture: UInt32 = 0xC000_00B7
    #endif

    // MARK: Lines

    /// Another architecture's numbers mean other calls, and the x32 form of this one has a bit of its own.
    mutating func checkArchitecture() {
        lines.append(Self.load(4))
        lines.append(sock_filter(code: 0x15, jt: 1, jf: 0, k: Self.architecture))
        lines.append(Self.give(Verdict.kill))
        lines.append(Self.load(0))
        lines.append(sock_filter(code: 0x35, jt: 0, jf: 1, k: 0x4000_0000))
        lines.append(Self.give(Verdict.kill))
    }

    mutating func allow(_ call: Int32) { rule(call, [Self.give(Verdict.allow)]) }

    mutating func fail(_ call: Int32, _ code: Int32) { rule(call, [Self.give(Verdict.fail(code))]) }

    mutating func allow(_ call: Int32, if conditions: [Condition], otherwise code: Int32? = nil) {
        var body: [sock_filter] = []
        let refusal = Self.give(code.map(Verdict.fail) ?? Verdict.kill)
        for condition in conditions {
            // The lower half of an argument; little-endian on every machine this runs on.
            body.append(Self.load(UInt32(16 + 8 * condition.argument)))
            body.append(sock_filter(code: 0x54, jt: 0, jf: 0, k: condition.mask))
            body.append(sock_filter(code: 0x15, jt: 1, jf: 0, k: condition.value))
            body.append(refusal)
        }
        rule(call, body + [Self.give(Verdict.allow)])
    }

    /// Where the condition does not hold, the lines below decide.
    mutating func allow(_ call: Int32, atOnceIf condition: Condition) {
        lines += [
            sock_filter(code: 0x15, jt: 0, jf: 5, k: UInt32(bitPattern: call)),
            Self.load(UInt32(16 + 8 * condition.argument)),
            sock_filter(code: 0x54, jt: 0, jf: 0, k: condition.mask),
            sock_filter(code: 0x15, jt: 0, jf: 1, k: condition.value),
            Self.give(Verdict.allow),
            // They look at the number.
            Self.load(0),
        ]
    }

    mutating func kill(_ call: Int32) { rule(call, [Self.give(Verdict.kill)]) }

    /// The verdict on every call that no line above has decided.
    mutating func otherwise(_ verdict: UInt32) { lines.append(Self.give(verdict)) }

    /// `body` where the number is `call`; it always ends the program.
    private mutating func rule(_ call: Int32, _ body: [sock_filter]) {
        lines.append(sock_filter(code: 0x15, jt: 0, jf: UInt8(body.count), k: UInt32(bitPattern: call)))
        lines += body
    }

    private static func load(_ offset: UInt32) -> sock_filter { sock_filter(code: 0x20, jt: 0, jf: 0, k: offset) }

    private static func give(_ verdict: UInt32) -> sock_filter { sock_filter(code: 0x06, jt: 0, jf: 0, k: verdict) }
}
