import Glibc
import Threads

/// Standard input, and files that the command line names.
enum Input {
    /// Opens what is empty and takes nothing under the numbers of standard input, output and error that the program was
    /// started without: else the next file that it opens, such as its store, would be taken for them.
    static func fillStandardDescriptors() {
        // The lowest free number is given out first.
        var number: Int32 = 0
        while number >= 0, number <= STDERR_FILENO { number = open("/dev/null", O_RDONLY) }
        if number > STDERR_FILENO { close(number) }
    }

    /// Everything on standard input, up to a bound.
    static func everything(byteCountMax: Int) throws(UsageError) -> String {
        Silence.interrupt()
        defer { Silence.begin() }
        var bytes: [UInt8] = []
        while bytes.count <= byteCountMax, let chunk = chunkOrEnding() { bytes += chunk }
        guard bytes.count <= byteCountMax else {
            throw UsageError(message: "Standard input is too long for a message.")
        }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw UsageError(message: "Standard input is not UTF-8 text.")
        }
        return text
    }

    /// Lines of standard input, as they are typed. Read by a thread of its own, which ends with the program.
    static func lines() -> AsyncStream<String> {
        let (lines, continuation) = AsyncStream<String>.makeStream()
        WorkerThread.start("input") {
            var pending: [UInt8] = []
            while let chunk = chunk() {
                pending += chunk
                while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                    continuation.yield(String(decoding: pending[..<end], as: UTF8.self))
                    pending.removeFirst(end + 1)
                }
            }
            if !pending.isEmpty { continuation.yield(String(decoding: pending, as: UTF8.self)) }
            continuation.finish()
        }
        return lines
    }

    /// The first line of a file, as bytes.
    static func firstLine(of path: String) throws(UsageError) -> [UInt8] {
        // Of a pipe with a name the writer is waited for below, where a signal is heard.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw UsageError(message: "The file \(path) cannot be read.") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        while bytes.count < 4096, !bytes.contains(UInt8(ascii: "\n")),
            let chunk = chunkOrEnding(of: descriptor, byteCountMax: 4096 - bytes.count)
        { bytes += chunk }
        let line = Array(bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
        guard !line.isEmpty else { throw UsageError(message: "The first line of \(path) is empty.") }
        return line
    }

    /// The next byte of standard input; `nil` at its end.
    static func byte() -> UInt8? { chunk(byteCountMax: 1)?.first }

    /// What is there, once there is something. Nothing else is done meanwhile: the first signal that wants the program
    /// to end does end it.
    private static func chunkOrEnding(
        of descriptor: Int32 = STDIN_FILENO, byteCountMax: Int = 65_536
    ) -> [UInt8]? {
        var files = [descriptor, Interrupts.heardEnd].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while poll(&files, 2, -1) < 0, errno == EINTR {}
        if let heard = Interrupts.heard { Interrupts.end(by: heard) }
        return chunk(of: descriptor, byteCountMax: byteCountMax)
    }

    private static func chunk(of descriptor: Int32 = STDIN_FILENO, byteCountMax: Int = 65_536) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: byteCountMax)
        while true {
            let count = read(descriptor, &bytes, bytes.count)
            if count < 0 && errno == EINTR { continue }
            return count > 0 ? Array(bytes.prefix(count)) : nil
        }
    }
}
