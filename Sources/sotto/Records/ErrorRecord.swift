import Client
import Wire

/// Why something was not done.
struct ErrorRecord: PrintedRecord, Equatable {
    /// Of a command line that is not understood.
    static let usage = "usage"

    var code: String
    var message: String
    var exit: UInt64?
    var retryAfterMilliseconds: UInt64?
    var isPassing = false

    /// - Parameter exit: the status that the program ends with; `nil` where it goes on.
    init(code: String, message: String, exit: ExitStatus?) {
        self.code = code
        self.message = Output.harmless(message)
        self.exit = exit.map { UInt64(clamping: $0.rawValue) }
    }

    init(_ error: SottoError, exit: ExitStatus?) {
        self.init(code: error.code.rawValue, message: error.description, exit: exit)
        retryAfterMilliseconds = error.retryAfter?.wholeMilliseconds
        isPassing = error.isPassing
    }

    init(_ error: UsageError, exit: ExitStatus?) { self.init(code: Self.usage, message: error.message, exit: exit) }

    init(fields: inout Fields<Self>) throws(WireError) {
        code = try fields.words("code", \.code)
        message = try fields.words("message", \.message)
        exit = try fields.numberIfPresent("exit", \.exit, in: 1...255)
        retryAfterMilliseconds = try fields.numberIfPresent("retryAfterMs", \.retryAfterMilliseconds)
        isPassing = try fields.flag("passing", \.isPassing)
    }

    static var notes: [String: String] {
        [
            "code": "a [word that stays](library.md#what-fails), or `usage`",
            "message": "a sentence or two for people, which may read otherwise in a later version",
            "exit": "the status that the program ends with; absent where it goes on",
            "retryAfterMs": "when the server wants to be asked again, at the earliest",
            "passing": "the same may succeed later, without anybody's doing",
        ]
    }
}

extension Duration {
    /// None of what is negative.
    var wholeMilliseconds: UInt64 { UInt64(max(self / .milliseconds(1), 0)) }
}

extension RecordKind where Value == ErrorRecord {
    static var error: Self { .init("something was not done, or the command line was not understood") }
}
