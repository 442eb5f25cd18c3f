import Client

/// With which status the program ends. Scripts decide by it.
enum ExitStatus: Int32, CaseIterable {
    case done = 0
    /// Refused, or not possible now.
    case failed = 1
    /// The command line was not understood, or asks for what cannot be.
    case usage = 2
    /// A file or a log was judged, and is bad.
    case judgedBad = 3
    /// There is no account here that the server takes: none was registered, or this device is none of it any more.
    case noAccount = 4
    /// Keys, a log or a server are not those that they should be: somebody may stand between.
    case untrusted = 5
    /// Not sent yet, but kept: it goes out with the next connection. The number that `sysexits.h` calls `EX_TEMPFAIL`.
    case keptForLater = 75

    /// What each is for, in the words of the help.
    var meaning: String {
        switch self {
        case .done: "done"
        case .failed: "refused or failed"
        case .usage: "the command line was not understood"
        case .judgedBad: "a file or a log was checked, and is bad"
        case .noAccount: "not registered, or unlinked"
        case .untrusted: "not trusted: keys, a log or a server are not what they should be"
        case .keptForLater: "kept, and will be sent"
        }
    }

    /// How the program ends when this was thrown.
    init(_ error: any Error) {
        self = switch error {
        case is UsageError: .usage
        case let error as SottoError: Self(code: error.code)
        default: .failed
        }
    }

    private init(code: SottoError.Code) {
        self = switch code {
        case .notRegistered, .notLinkedYet, .unlinked, .accountDeleted: .noAccount
        case .untrustedKeys, .untrustedLog, .untrustedServer, .wrongServerName, .safetyNumberDiffers: .untrusted
        // What no server was asked for.
        case .noServer, .badServerAddress, .insecureServer, .emptyText, .badText, .textTooLong, .badExpiry, .badCode,
            .badRecoveryKey, .file(.badType): .usage
        case .queued, .file(.interrupted): .keptForLater
        default: .failed
        }
    }
}
