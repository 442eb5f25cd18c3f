import CLinux
import Glibc

/// One way out of the sandbox.
enum Attempt: String, CaseIterable {
    case readFile = "read-file"
    case createFile = "create-file"
    case listFolder = "list-folder"
    case readProc = "read-proc"
    case statFile = "stat-file"
    case internetSocket = "internet-socket"
    case unixSocket = "unix-socket"
    case exec, spawn, fork
    case executableMemory = "executable-memory"
    case makeExecutable = "make-executable"
    case signalParent = "signal-parent"
    case readParent = "read-parent"
    case trace
    case namespaces
    case writeElsewhere = "write-elsewhere"
    case memory
    case raiseLimit = "raise-limit"
    case allowDumping = "allow-dumping"
    case ring = "io-uring"
    case programs = "bpf"
    case faults = "userfaultfd"
    case otherNumbers = "other-numbers"
    case execDescriptor = "exec-descriptor"
    case writeInput = "write-input"
    case mapWritten = "map-written"
    case memoryFile = "memory-file"

    /// Whether the attempt gets through.
    func succeeds() -> Bool {
        switch self {
        case .readFile: open("/etc/passwd", O_RDONLY) >= 0
        case .createFile: open("sotto-escaped", O_WRONLY | O_CREAT | O_TRUNC, 0o600) >= 0
        case .listFolder: opendir("/") != nil
        case .readProc: open("/proc/self/maps", O_RDONLY) >= 0
        case .statFile: access("/etc/passwd", F_OK) == 0
        case .internetSocket: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) >= 0
        case .unixSocket: socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0) >= 0
        case .exec: exec()
        case .spawn: spawn()
        case .fork: fork()
        case .executableMemory: mapped(PROT_READ | PROT_WRITE | PROT_EXEC, byteCount: 4096) != nil
        case .makeExecutable: makeExecutable()
        case .signalParent: kill(getppid(), 0) == 0
        case .readParent: open("/proc/\(getppid())/mem", O_RDONLY) >= 0
        // PTRACE_TRACEME: any parent would become a tracer.
        case .trace: call(SYS_ptrace, 0) == 0
        case .namespaces: call(SYS_unshare, 0x1000_0000) == 0
        case .writeElsewhere: write(STDERR_FILENO, "x", 1) == 1
        case .memory: mapped(PROT_READ | PROT_WRITE, byteCount: 1 << 30) != nil
        case .raiseLimit: raiseLimit()
        case .allowDumping: call(SYS_prctl, 4, 1) == 0
        case .ring: call(SYS_io_uring_setup, 1, 0) >= 0 || errno == EFAULT
        case .programs: call(SYS_bpf, 0) >= 0 || errno == EINVAL
        case .faults: call(SYS_userfaultfd, 0) >= 0
        // The x32 form of `open`.
        case .otherNumbers: call(Int32(bitPattern: 0x4000_0002), 0) >= 0 || errno == EFAULT
        case .execDescriptor: execDescriptor()
        case .writeInput: open("/proc/self/fd/3", O_RDWR) >= 0
        case .mapWritten: mapped(PROT_READ | PROT_WRITE | PROT_EXEC, of: 3) != nil
        case .memoryFile: call(SYS_memfd_create, 0) >= 0 || errno == EFAULT
        }
    }

    private func mapped(_ protection: Int32, byteCount: Int) -> UnsafeMutableRawPointer? {
        let start = mmap(nil, byteCount, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        return start == MAP_FAILED ? nil : start
    }

    private func mapped(_ protection: Int32, of file: Int32) -> UnsafeMutableRawPointer? {
        let start = mmap(nil, 4096, protection, MAP_PRIVATE, file, 0)
        return start == MAP_FAILED ? nil : start
    }

    /// By a descriptor of its own, tried under every number that a filter may let through.
    private func execDescriptor() -> Bool {
        let shell = open("/bin/sh", 0o10_000_000 /* O_PATH */)
        guard shell >= 0 else { return false }
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sh"), strdup("-c"), strdup("exit 10"), nil]
        return arguments.withUnsafeMutableBufferPointer { (arguments) in
            for number in Int(shell)...80 {
                _ = dup2(shell, Int32(number))
                let path = strdup("")
                _ = call(
                    SYS_execveat, number, Int(bitPattern: path), Int(bitPattern: arguments.baseAddress), 0, 0x1000)
            }
            return false
        }
    }

    private func makeExecutable() -> Bool {
        guard let start = mapped(PROT_READ | PROT_WRITE, byteCount: 4096) else { return false }
        return mprotect(start, 4096, PROT_READ | PROT_EXEC) == 0
    }

    private func exec() -> Bool {
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sh"), strdup("-c"), strdup("exit 10"), nil]
        execv("/bin/sh", &arguments)
        return false
    }

    private func spawn() -> Bool {
        var process: pid_t = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
        return posix_spawn(&process, "/bin/true", nil, nil, &arguments, nil) == 0
    }

    private func fork() -> Bool {
        // SIGCHLD and nothing shared: what fork(2) is made of.
        let process = call(SYS_clone, 17)
        if process == 0 { _exit(0) }
        return process > 0
    }

    private func raiseLimit() -> Bool {
        var bound = rlimit(rlim_cur: 1 << 20, rlim_max: 1 << 20)
        return setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &bound) == 0
    }

    /// A system call by its number.
    private func call(
        _ number: Int32, _ first: Int = 0, _ second: Int = 0, _ third: Int = 0, _ fourth: Int = 0, _ fifth: Int = 0
    ) -> Int {
        typealias Call = @convention(c) (Int, Int, Int, Int, Int, Int, Int) -> Int
        guard let symbol = dlsym(nil, "syscall") else { return -1 }
        return unsafeBitCast(symbol, to: Call.self)(Int(number), first, second, third, fourth, fifth, 0)
    }
}
