import CLinux
import Glibc

/// What a process that holds other people's secrets does before anything else.
enum Hardening {
    static func apply() {
        // A core file or a debugger of the same user would show keys and tokens in memory.
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        _ = sotto_forbid_dumping()
        signal(SIGPIPE, SIG_IGN)
        umask(0o077)
        raiseDescriptorLimit()
    }

    /// One descriptor for each connection: take what the system gives.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
