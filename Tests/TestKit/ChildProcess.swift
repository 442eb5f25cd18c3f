import CLinux
public import Glibc

/// A program that runs beside a test, and what it says.
///
/// Not Foundation's `Process`: that copies each entry of the folder of open files as the longest that there may be,
/// reads behind the last one with it, and traps where a thousand files are open, as they are while all tests run.
public final class ChildProcess {
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    public let pid: pid_t
    /// What it writes to standard output comes here; `nil` where nobody wants it.
    private let output: Int32?
    private var status: Int32?

    /// Starts it. Nothing stands at its standard input.
    /// - Parameters:
    ///   - command: the program, looked for as a shell does, and its arguments.
    ///   - isHeard: whether what it says is read by ``read()``; else it goes where that of the test goes.
    ///   - joinsErrors: whether standard error goes along; else it goes nowhere.
    public init(_ command: [String], isHeard: Bool = true, joinsErrors: Bool = false) throws {
        var ends: [Int32] = [-1, -1]
        guard !isHeard || sotto_pipe(&ends) == 0 else { throw Failure(description: "no pipe") }
        defer { if isHeard { close(ends[1]) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        if isHeard { posix_spawn_file_actions_adddup2(&actions, ends[1], 1) }
        if joinsErrors {
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        } else {
            posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        }
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        var argv = command.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = [strdup("PATH=\(path):/usr/sbin:/sbin"), nil]
        defer { (argv + envp).forEach { free($0) } }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Threads that run tests block nearly every signal, and a child would as well.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, command[0], &actions, &attributes, &argv, &envp)
        guard code == 0 else {
            if isHeard { close(ends[0]) }
            throw Failure(description: "cannot start \(command[0]): \(String(cString: strerror(code)))")
        }
        self.pid = pid
        output = isHeard ? ends[0] : nil
    }

    deinit {
        if status == nil {
            Glibc.kill(pid, SIGKILL)
            wait()
        }
        if let output { close(output) }
    }

    /// More of what it says, once there is any; nothing at its end.
    public func read() -> [UInt8] {
        guard let output else { return [] }
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(output, &chunk, chunk.count)
            if count == -1, errno == EINTR { continue }
            return Array(chunk[0..<max(count, 0)])
        }
    }

    /// All that it still says, up to its end.
    public func readToEnd() -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let more = read()
            if more.isEmpty { return bytes }
            bytes += more
        }
    }

    /// Ends it without warning.
    public func kill() { Glibc.kill(pid, SIGKILL) }

    /// Waits for its end.
    /// - Returns: its exit status; the negative number of the signal that ended it.
    @discardableResult
    public func wait() -> Int32 {
        if let status { return status }
        var word: Int32 = 0
        while waitpid(pid, &word, 0) == -1, errno == EINTR {}
        let ended = word & 0x7F == 0 ? word >> 8 & 0xFF : -(word & 0x7F)
        status = ended
        return ended
    }
}
