import Client
import Glibc
import Synchronization
import Wire

/// What the program says: results on standard output, the rest on standard error.
struct Output: Sendable {
    let isJSON: Bool

    /// Whether results were not taken, such as by a full disk.
    static let isLost = Atomic(false)

    /// A line for people.
    func say(_ text: String) {
        if !isJSON { Self.write(text + "\n", to: STDOUT_FILENO) }
    }

    /// A line for people in which others have a word: on a terminal no row of it looks like a line of its own.
    func say(line text: String) { say(Self.wrapped(text, for: STDOUT_FILENO)) }

    /// How things go, where somebody watches.
    func progress(_ text: String) {
        if ProgressLine.isWatched { Self.write(text + "\n", to: STDERR_FILENO) }
    }

    /// How far a file is.
    func progress(_ done: String, _ progress: FileProgress) {
        let percent = progress.byteCount == 0 ? 100 : progress.doneByteCount * 100 / progress.byteCount
        ProgressLine.show(
            "\(done) \(progress.doneByteCount) of \(progress.byteCount) bytes, \(percent) %", isLast: percent >= 100)
    }

    /// What a user has to know beside the results, where it is not printed for programs.
    func note(_ text: String) {
        if !isJSON { Self.write(Self.wrapped(text, for: STDERR_FILENO) + "\n", to: STDERR_FILENO) }
    }

    /// Why something was not done.
    /// - Parameter exit: the status that the program ends with by it; `nil` where it goes on.
    func failure(_ error: any Error, exit: ExitStatus?) {
        let record = switch error {
        case let error as SottoError where error.code == .noServer:
            ErrorRecord(
                code: error.code.rawValue, message: "\(error) Say --server URL, or set SOTTO_SERVER.", exit: exit)
        case let error as SottoError: ErrorRecord(error, exit: exit)
        case let error as UsageError: ErrorRecord(error, exit: exit)
        default: ErrorRecord(code: "internal", message: "\(error)", exit: exit)
        }
        failure(record)
    }

    func failure(_ record: ErrorRecord) {
        print(.error, record)
        Self.complain(record.message)
    }

    /// A document, whole.
    /// - Throws: ``SottoError/file(_:)`` when nobody takes it.
    func document(_ text: String) throws(SottoError) { try Self.bytes(Array((text + "\n").utf8)) }

    static func complain(_ text: String) { write("sotto: \(text)\n", to: STDERR_FILENO) }

    /// What a user should know of a message that went out signed in; `nil` where it could not have gone otherwise.
    static func notice(_ reason: SenderShownReason) -> String? {
        switch reason {
        case .tokenUnknown: nil
        case .tokenRefused:
            "The recipient did not take its delivery token any more, so the server was shown who sent this."
        case .noCertificate: "The server gave out no sender certificate, so it was shown who sent this."
        }
    }

    /// What others wrote, without what would move a terminal's cursor or forge a line.
    static func harmless(_ text: String) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A: shown.append(contentsOf: "\n    ".unicodeScalars)
            case 0x09: shown.append(scalar)
            case 0x00..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069:
                shown.append("\u{FFFD}")
            default: shown.append(scalar)
            }
        }
        return String(shown)
    }

    /// The same where a line has to stay one.
    static func oneLine(_ text: String) -> String {
        // By scalars: a carriage return and an end of line are one character.
        harmless(String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\n" ? " " : $0 })))
    }

    /// One call for one line, so that lines of several tasks do not mix.
    static func write(_ text: String, to descriptor: Int32) { write(Array(text.utf8), to: descriptor) }

    /// Bytes of a file, to standard output.
    /// - Throws: ``SottoError/file(_:)`` when nobody takes them.
    static func bytes(_ bytes: [UInt8]) throws(SottoError) {
        guard write(bytes, to: STDOUT_FILENO) else { throw .file(.unwritable) }
    }

    @discardableResult
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        ProgressLine.leave()
        defer { Silence.begin() }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                // Whoever ends a pipe has read what they wanted.
                if descriptor == STDOUT_FILENO, errno != EPIPE { isLost.store(true, ordering: .relaxed) }
                return false
            }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
