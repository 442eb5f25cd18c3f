import Glibc

/// What the program says while a screen is up, whoever says it: held back, since it would stand in the middle of the
/// screen, and said when the screen is gone. A pipe holds 64 KiB; what does not fit is lost.
struct HeldOutput: Sendable {
    /// What was said is read here.
    let readEnd: Int32
    /// Standard output as it was: the terminal.
    let output: Int32
    /// Standard error as it was; where it is no terminal it was left alone.
    let errors: Int32
    private let holdsErrors: Bool

    /// From here on nothing reaches the terminal but by ``output``.
    init() {
        var ends: [Int32] = [-1, -1]
        let failed = pipe(&ends)
        precondition(failed == 0, "no pipe for what is said")
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        readEnd = ends[0]
        holdsErrors = isatty(STDERR_FILENO) == 1
        output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
        errors = fcntl(holdsErrors ? STDERR_FILENO : STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
        dup2(ends[1], STDOUT_FILENO)
        if holdsErrors { dup2(ends[1], STDERR_FILENO) }
        close(ends[1])
    }

    /// Lets what is said through again, and says what was held.
    func end() {
        dup2(output, STDOUT_FILENO)
        if holdsErrors { dup2(errors, STDERR_FILENO) }
        Self.pass(on: readEnd, to: errors)
        for file in [readEnd, output, errors] { close(file) }
    }

    /// Only what a signal's handler may do.
    static func pass(on readEnd: Int32, to file: Int32) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4096) { (bytes) in
            while true {
                let count = read(readEnd, bytes.baseAddress, bytes.count)
                guard count > 0, write(file, bytes.baseAddress, count) == count else { return }
            }
        }
    }
}
