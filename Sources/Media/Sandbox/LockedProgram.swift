import CLinux
import Glibc

/// A foreign program that reads one file and writes to a pipe, locked in before its first instruction.
///
/// It gets: an empty environment but for its language, four descriptors (nothing to read from, the pipe, nothing to
/// complain into, and the file), Landlock's rules of ``ProgramFiles`` and one for the very file, the filter of
/// ``SystemCallFilter/init(program:)``, and bounds on memory, time and descriptors. It may write no file, and dies with
/// the thread that started it. There is no running without Landlock: it judges what the loader opens.
package struct LockedProgram: Sendable {
    private let files: ProgramFiles

    /// How the program sees its file: opened anew, so that it has a position of its own.
    package static let inputPath = "/proc/self/fd/3"

    /// What it may take.
    package struct Bounds: Sendable {
        /// Address space, of which the libraries of a large program take a third.
        package var memoryByteCountMax = 1 << 30
        /// Of computing.
        package var processorSecondsMax: Int
        /// By the clock.
        package var milliseconds: Int
        /// Of its output.
        package var outputByteCountMax: Int
        /// Asked ten times a second; from then on nobody wants it any more.
        package var isCancelled: @Sendable () -> Bool = { false }
        /// Told at its end, whichever that is: milliseconds that it has computed.
        package var spent: @Sendable (Int) -> Void = { (_) in }

        package init(processorSecondsMax: Int, milliseconds: Int = 10_000, outputByteCountMax: Int) {
            (self.processorSecondsMax, self.milliseconds) = (processorSecondsMax, milliseconds)
            self.outputByteCountMax = outputByteCountMax
        }
    }

    /// Why there is no whole output.
    package enum Failure: Error, Equatable, Sendable {
        /// It was not started: no such program, or no Landlock.
        case unavailable
        /// It ended with another status than 0.
        case refused(Int32)
        /// A signal ended it.
        case died(Int32)
        /// It was killed at the end of its time.
        case late
        /// It wrote more than it may.
        case tooLong
        case cancelled
    }

    /// - Parameter libraryFolders: where its shared libraries come from.
    package init(path: String, libraryFolders: [String]? = nil) {
        files = ProgramFiles(path: path, libraryFolders: libraryFolders ?? ProgramFiles.usualLibraryFolders)
    }

    /// Whether this kernel has what it takes to lock a program in.
    package static var isPossible: Bool { LandlockRules.version > 0 }

    /// Runs it to its end. Blocks.
    /// - Parameter take: gets the output piece by piece.
    package func run(
        _ arguments: [String], on input: ReadOnlyFile, within bounds: Bounds, take: ([UInt8]) -> Void
    ) throws(Failure) {
        let deadline = FrameSocket.now() + bounds.milliseconds
        var ends: [Int32] = [-1, -1]
        guard sotto_pipe(&ends) == 0 else { throw .unavailable }
        defer { close(ends[0]) }
        let started: pid_t?
        do {
            defer { close(ends[1]) }
            started = try? start([files.path] + arguments, on: input, output: ends[1], within: bounds)
        }
        guard let started else { throw .unavailable }
        var child = ChildProcess(started, within: bounds)
        var left = bounds.outputByteCountMax
        while let bytes = try Self.read(ends[0], until: deadline, bounds.isCancelled) {
            guard bytes.count <= left else { throw .tooLong }
            left -= bytes.count
            take(bytes)
        }
        try child.awaitEnd(until: deadline)
    }

    /// The next piece; `nil` at the end.
    private static func read(
        _ pipe: Int32, until deadline: Int, _ isCancelled: () -> Bool
    ) throws(Failure) -> [UInt8]? {
        while true {
            if isCancelled() { throw .cancelled }
            let rest = deadline - FrameSocket.now()
            guard rest > 0 else { throw .late }
            var waiting = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, Int32(clamping: min(100, rest))) > 0 else { continue }
            let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { (buffer, count) in
                count = max(0, Glibc.read(pipe, buffer.baseAddress, buffer.count))
            }
            return bytes.isEmpty ? nil : bytes
        }
    }

    private func start(
        _ arguments: [String], on input: ReadOnlyFile, output: Int32, within bounds: Bounds
    ) throws(Sandbox.Failure) -> pid_t {
        let rules = try LandlockRules()
        try files.allow(in: rules)
        try rules.allow(.read, at: input.descriptor)
        let program = try LiftedDescriptor(opening: files.path, ProgramFiles.pathOnly)
        let nothing = try LiftedDescriptor(opening: "/dev/null", O_RDWR)
        let result = try LiftedDescriptor(copying: output), file = try LiftedDescriptor(copying: input.descriptor)
        let lifted = try LiftedDescriptor(copying: rules.descriptor)
        var lines = SystemCallFilter(program: Int32(sotto_program_file)).lines
        let limits: [UInt64] = [
            (RLIMIT_AS, bounds.memoryByteCountMax), (RLIMIT_CPU, bounds.processorSecondsMax), (RLIMIT_FSIZE, 0),
            (RLIMIT_CORE, 0), (RLIMIT_NOFILE, Int(LiftedDescriptor.numberMin) / 2),
        ].flatMap { [UInt64($0.0.rawValue), UInt64(clamping: $0.1)] }
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = [strdup("LC_ALL=C"), nil]
        defer { (words + variables).forEach { free($0) } }
        var request = sotto_program()
        (request.file, request.rules, request.parent) = (program.number, lifted.number, getpid())
        request.descriptors = (nothing.number, result.number, nothing.number, file.number)
        (request.line_count, request.limit_count) = (UInt32(lines.count), Int32(limits.count / 2))
        return try lines.withUnsafeMutableBufferPointer { (lines) throws(Sandbox.Failure) in
            try limits.withUnsafeBufferPointer { (limits) throws(Sandbox.Failure) in
                try words.withUnsafeMutableBufferPointer { (words) throws(Sandbox.Failure) in
                    try variables.withUnsafeMutableBufferPointer { (variables) throws(Sandbox.Failure) in
                        (request.lines, request.limits) = (lines.baseAddress, limits.baseAddress)
                        (request.arguments, request.variables) = (words.baseAddress, variables.baseAddress)
                        return try Self.start(&request)
                    }
                }
            }
        }
    }

    private static func start(_ request: inout sotto_program) throws(Sandbox.Failure) -> pid_t {
        var all = sigset_t(), before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        let process = sotto_start_program(&request)
        pthread_sigmask(SIG_SETMASK, &before, nil)
        guard process > 0 else { throw .program }
        guard request.failure == 0 else {
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0 && errno == EINTR {}
            throw .program
        }
        return process
    }
}

/// A descriptor with a number above all that a locked-in program has; closed on exec, and with its owner.
private struct LiftedDescriptor: ~Copyable {
    static let numberMin: Int32 = 64

    let number: Int32

    init(copying other: Int32) throws(Sandbox.Failure) {
        number = fcntl(other, F_DUPFD_CLOEXEC, Self.numberMin)
        guard number >= 0 else { throw .descriptors }
    }

    init(opening path: String, _ flags: Int32) throws(Sandbox.Failure) {
        let descriptor = open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw .program }
        defer { close(descriptor) }
        try self.init(copying: descriptor)
    }

    deinit { close(number) }
}
