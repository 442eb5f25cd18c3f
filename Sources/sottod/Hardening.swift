import CLinux
import Glibc

/// What a process that holds other people's secrets does before anything else.
enum Hardening {
    static func apply() {
        silenceBacktracer()
        // A core file or a debugger of the same user would show keys and tokens in memory.
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        _ = sotto_forbid_dumping()
        signal(SIGPIPE, SIG_IGN)
        umask(0o077)
        raiseDescriptorLimit()
    }

    /// Swift's backtracer prints what the registers point at to standard error when a process crashes, and that may
    /// be anything. It reads its orders before `main` does, so the process starts once more with them.
    private static func silenceBacktracer() {
        guard getenv("SWIFT_BACKTRACE") == nil else { return }
        setenv("SWIFT_BACKTRACE", "enable=no", 1)
        var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
        execv("/proc/self/exe", &arguments)
        // Only on failure: go on as we are, without the backtracer's orders.
        arguments.forEach { free($0) }
    }

    /// One descriptor for each connection: take what the system gives.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
