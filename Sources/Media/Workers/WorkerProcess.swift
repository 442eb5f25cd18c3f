import Glibc

/// One `sotto-media` that was started and has said that it is locked in. Owned by one ``WorkerLane``.
///
/// It dies with the thread that started it, so that thread must live as long as the worker may.
struct WorkerProcess: ~Copyable {
    /// Of the child, until it is reaped.
    let process: pid_t
    private let socket: FrameSocket
    /// Version of Landlock; 0 where the kernel has none.
    let landlock: Int
    let hasHEIF: Bool
    /// Images that were handed to it.
    private(set) var imageCount = 0

    /// Why there is no answer.
    enum Failure: Error {
        case died, late, nonsense
    }

    /// Starts the program at `path` and waits until it is ready.
    init(path: String, startMilliseconds: Int) throws(MediaRefusal) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw .unavailable }
        let started = Self.spawn(path, socket: ends[1])
        // Held here, it would hide the end of a program that ends at once.
        close(ends[1])
        guard let started else {
            close(ends[0])
            throw .unavailable
        }
        let socket = FrameSocket(descriptor: ends[0])
        let hello = try? socket.receive(byteCountMax: 64, deadline: FrameSocket.now() + startMilliseconds)
        guard let hello, case .ready(let landlock, let hasHEIF) = WorkerReply(bytes: hello) else {
            Self.end(started, socket)
            throw .unavailable
        }
        (process, self.socket, self.landlock, self.hasHEIF) = (started, socket, landlock, hasHEIF)
    }

    deinit { Self.end(process, socket) }

    /// Hands over one image and waits for the answer.
    /// - Parameters:
    ///   - processorMilliseconds: how long it may compute. Not by the clock, which runs on a busy machine too.
    ///   - milliseconds: how long it may take by the clock, whatever it does.
    /// - Throws: ``Failure``, after which the process is of no use any more.
    mutating func run(
        _ job: ThumbnailJob, on file: ReadOnlyFile, processorMilliseconds: Int, milliseconds: Int
    ) throws(Failure) -> WorkerReply {
        imageCount += 1
        let deadline = FrameSocket.now() + milliseconds
        let spent = processorTime() + processorMilliseconds
        let frame: [UInt8]
        do {
            try socket.send(job.bytes, file: file.descriptor)
            while try !socket.hasFrame(until: min(deadline, FrameSocket.now() + max(20, spent - processorTime()))) {
                guard processorTime() < spent, FrameSocket.now() < deadline else { throw FrameSocket.Failure.late }
            }
            frame = try socket.receive(byteCountMax: WorkerReply.byteCountMax, deadline: deadline)
        } catch {
            throw error as? FrameSocket.Failure == .late ? .late : .died
        }
        guard let reply = WorkerReply(bytes: frame) else { throw .nonsense }
        return reply
    }

    /// Milliseconds that the process has computed in its life; 0 when nobody knows.
    private func processorTime() -> Int {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    private static func end(_ process: pid_t, _ socket: FrameSocket) {
        close(socket.descriptor)
        kill(process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    }

    /// The whole environment of a worker: no path, no home, no secret of whoever starts it.
    private static var environment: [String] {
        var variables = [
            // Its JIT wants memory that can be written and executed.
            "VIPS_NOVECTOR=1", "MALLOC_ARENA_MAX=2", "LC_ALL=C", "SWIFT_BACKTRACE=enable=no",
            // Where it would put images that it finds large: nowhere.
            "VIPS_DISC_THRESHOLD=100g",
        ]
        if let path = getenv("LD_LIBRARY_PATH") { variables.append("LD_LIBRARY_PATH=\(String(cString: path))") }
        return variables
    }

    private static func spawn(_ path: String, socket: Int32) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, socket, Sandbox.socket)
        // Everything else of this process is closed on exec, or closed by the worker before it does anything.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t(), all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(path), nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        var process: pid_t = 0
        return posix_spawn(&process, path, &actions, &attributes, &arguments, &variables) == 0 ? process : nil
    }
}
