import CLinux
import Glibc

/// A program that is run to its end for what it prints.
enum ChildProgram {
    /// - Parameter words: the program and its arguments; it has this one's environment and errors.
    /// - Returns: what it wrote to its standard output.
    /// - Throws: ``BenchError`` when it cannot be started, ends with a failure, or takes longer than `secondsMax`.
    static func output(of words: [String], secondsMax: UInt64) throws(BenchError) -> [UInt8] {
        var ends: [Int32] = [-1, -1]
        guard sotto_pipe(&ends) == 0 else { throw .system("no pipe", errno: errno) }
        defer { close(ends[0]) }
        let pid: pid_t
        do throws(BenchError) {
            pid = try start(words, output: ends[1])
        } catch {
            close(ends[1])
            throw error
        }
        close(ends[1])
        let bytes: [UInt8]
        do throws(BenchError) {
            bytes = try readAll(ends[0], until: Monotonic.now() + secondsMax * 1_000_000_000)
        } catch {
            // Politely, so that it ends the server that it started.
            kill(pid, SIGTERM)
            waitpid(pid, nil, 0)
            throw error
        }
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        guard status == 0 else { throw .server("“\(words.joined(separator: " "))” failed") }
        return bytes
    }

    private static func readAll(_ file: Int32, until deadline: UInt64) throws(BenchError) -> [UInt8] {
        var all: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            try Interruption.check()
            guard Monotonic.now() < deadline else { throw .server("a measurement took too long and was ended") }
            var polled = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, 500) > 0 else { continue }
            let count = read(file, &part, part.count)
            guard count > 0 else { return all }
            all += part[..<count]
        }
    }

    /// Starts a program.
    /// - Parameters:
    ///   - environment: `NAME=value` each; this program's own when `nil`.
    ///   - output: what becomes its standard output; `nil` for nowhere.
    static func start(
        _ words: [String], environment: [String]? = nil, output: Int32? = nil
    ) throws(BenchError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let output {
            posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        }
        // The threads of Swift's tasks block all signals, and a child would never hear that it should end.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = (environment ?? []).map { strdup($0) } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var pid = pid_t()
        let code = environment == nil
            ? posix_spawnp(&pid, words[0], &actions, &attributes, &arguments, environ)
            : posix_spawnp(&pid, words[0], &actions, &attributes, &arguments, &variables)
        guard code == 0 else { throw .system("cannot start \(words[0])", errno: code) }
        return pid
    }
}
