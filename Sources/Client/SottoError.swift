public import Wire

/// Why something was not done: what it is, whether it may succeed later, and what a user may do about it.
///
/// An app decides by ``code``, ``isPassing`` and ``retryAfter``, and shows ``description``.
public struct SottoError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What it is.
    public let code: Code
    /// Whether the same may well succeed later, without anybody's doing.
    public let isPassing: Bool
    /// When the server wants to be asked again, at the earliest, a day at most; `nil` where it did not say.
    public let retryAfter: Duration?
    /// A sentence or two for a user: what happened, and what to do.
    public let description: String
    /// What the server said, where it refused.
    public let problem: Problem?
    /// The message that waits in the outbox, where it is ``Code/queued``.
    public let message: ClientID?
    /// Its line, to show it or to give it up (``Chats/delete(_:forMeOnly:)``, of a file ``Outbox/cancel(fileOf:)``);
    /// `nil` of a deletion that waits.
    public let line: LineID?

    /// What an error is: a word that stays. More come with later versions, so whoever distinguishes them has a default.
    /// A later server refuses with words that are not known here: they are the code as they are, but never one that
    /// the client says of itself; such a one is `later`.
    public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        /// What the server refuses with, by its word: `SottoError.Code(.notFound)`.
        public init(_ problem: ProblemCode) { rawValue = problem.rawValue }

        /// A word that has no name here, such as `handle-taken`.
        public init(stringLiteral word: String) { rawValue = word }

        public var description: String { rawValue }
    }
}

extension SottoError {
    /// - Parameter reason: as the rooms have it.
    init(_ reason: ClientError) {
        code = reason.code
        isPassing = reason.isPassing
        description = reason.description
        switch reason {
        case .refused(let problem):
            self.problem = problem
            retryAfter = problem.retryAfterSeconds.map { .seconds(Int64(min($0, ClientLimits.retrySecondsMax))) }
            (message, line) = (nil, nil)
        case .queued(let message, let line):
            (problem, retryAfter, self.message, self.line) = (nil, nil, message, line)
        case .deletionQueued(let message):
            (problem, retryAfter, self.message, line) = (nil, nil, message, nil)
        default:
            (problem, retryAfter, message, line) = (nil, nil, nil, nil)
        }
    }

    // What programs say of their own, too.

    /// No server is known: neither given, nor from an account in the folder.
    public static var noServer: SottoError { SottoError(.noServer) }
    /// There is no account in the folder yet.
    public static var notRegistered: SottoError { SottoError(.notRegistered) }
    /// Not an address of a server.
    public static var badServerAddress: SottoError { SottoError(.badServerAddress) }
    /// Not a code that a device gave out.
    public static var badCode: SottoError { SottoError(.badCode) }
    /// There is no such chat.
    public static var noSuchChat: SottoError { SottoError(.noSuchChat) }
    /// There is no message at that place.
    public static var noSuchMessage: SottoError { SottoError(.noSuchMessage) }
    /// A file was not sent, or not fetched.
    public static func file(_ failure: FileFailure) -> SottoError { SottoError(.file(failure)) }
    /// A file of the own disk could not be read or written.
    public static func store(_ error: LocalStoreError) -> SottoError { SottoError(.store(error)) }
    /// The message waits in the outbox.
    public static func queued(_ message: ClientID) -> SottoError { SottoError(.queued(message)) }
    /// The server's answer is not one of the protocol.
    public static var unexpectedAnswer: SottoError { SottoError(.unexpectedAnswer(status: 200)) }
    /// A sealed message could not be made.
    public static var cannotSeal: SottoError { SottoError(.cannotSeal) }
    /// The server refused.
    public static func refused(_ problem: Problem) -> SottoError { SottoError(.refused(problem)) }
}

extension SottoError.Code {
    /// Another process has this folder open.
    public static let folderInUse = Self(rawValue: "folder-in-use")
    /// The folder is sealed under another passphrase.
    public static let wrongPassphrase = Self(rawValue: "wrong-passphrase")
    /// The folder is sealed under a passphrase, and none was given.
    public static let needsPassphrase = Self(rawValue: "needs-passphrase")
    /// The local store refused: a full disk, damage.
    public static let store = Self(rawValue: "store")
    /// The server was not reached, or the connection broke.
    public static let unreachable = Self(rawValue: "unreachable")
    /// The task that waited was cancelled. What was asked of the server may have been done.
    public static let cancelled = Self(rawValue: "cancelled")
    /// The account was closed in this program.
    public static let closed = Self(rawValue: "closed")
    /// The server's answer is not one of the protocol.
    public static let unexpectedAnswer = Self(rawValue: "unexpected-answer")
    /// The message, or the deletion of one, waits in the outbox: it goes out by itself once the server is reached.
    public static let queued = Self(rawValue: "queued")
    /// No server is known: neither given, nor from an account in this folder.
    public static let noServer = Self(rawValue: "no-server")
    /// There is no account in this folder yet.
    public static let notRegistered = Self(rawValue: "not-registered")
    /// There is an account, or the start of one, in this folder already.
    public static let alreadyRegistered = Self(rawValue: "already-registered")
    /// This device waits to be linked by another.
    public static let notLinkedYet = Self(rawValue: "not-linked-yet")
    /// The account lists this device no more.
    public static let unlinked = Self(rawValue: "unlinked")
    /// The account was deleted, for good.
    public static let accountDeleted = Self(rawValue: "account-deleted")
    /// Another connection of this very device has taken the place of this one.
    public static let displaced = Self(rawValue: "displaced")
    /// There is no such chat: nobody who was met before, and no open conversation of this account.
    public static let noSuchChat = Self(rawValue: "no-such-chat")
    /// There is no message at that place.
    public static let noSuchMessage = Self(rawValue: "no-such-message")
    /// What was said in an open conversation is deleted for everybody or not at all.
    public static let deletedForAllOnly = Self(rawValue: "deleted-for-all-only")
    /// This device has no account key, so it cannot change the device list, back the account up, nor delete it.
    public static let cannotChangeDevices = Self(rawValue: "cannot-change-devices")
    /// A device does not take itself out of its account.
    public static let cannotUnlinkItself = Self(rawValue: "cannot-unlink-itself")
    /// The account lists no device of that number.
    public static let noSuchDevice = Self(rawValue: "no-such-device")
    /// Not a code that a device gave out.
    public static let badCode = Self(rawValue: "bad-code")
    /// The other side's safety number is another than the one here.
    public static let safetyNumberDiffers = Self(rawValue: "safety-number-differs")
    /// Not a whole recovery key.
    public static let badRecoveryKey = Self(rawValue: "bad-recovery-key")
    /// There is no backup: none was made, or none under this recovery key.
    public static let noBackup = Self(rawValue: "no-backup")
    /// The account has a backup under another recovery key.
    public static let backupExists = Self(rawValue: "backup-exists")
    /// The backup cannot be used, or not be made.
    public static let backup = Self(rawValue: "backup")
    /// Not an address of a server.
    public static let badServerAddress = Self(rawValue: "bad-server-address")
    /// `http` beyond this machine: everyone on the way could take the account's tokens.
    public static let insecureServer = Self(rawValue: "insecure-server")
    /// The server calls itself by another name than it should.
    public static let wrongServerName = Self(rawValue: "wrong-server-name")
    /// The server has not the key that it had at first contact, or what it signed with it says something else.
    public static let untrustedServer = Self(rawValue: "untrusted-server")
    /// More has come that only a later version of the program can open than is kept for it.
    public static let laterVersionNeeded = Self(rawValue: "later-version-needed")
    /// Something came of which not even its place in the queue can be read: it waits at the server.
    public static let unreadableEnvelope = Self(rawValue: "unreadable-envelope")
    /// The server's log of a conversation ends before what was read of it, or has another message at that number.
    public static let conversationSetBack = Self(rawValue: "conversation-set-back")
    /// There is nothing at that place that the server would know again.
    public static let cannotReport = Self(rawValue: "cannot-report")
    /// A message disappears after five seconds to four weeks; in an open conversation to a year.
    public static let badExpiry = Self(rawValue: "bad-expiry")
    /// A text of no characters.
    public static let emptyText = Self(rawValue: "empty-text")
    /// A text with U+0000, or in an open conversation with other control characters than tabs and ends of lines.
    public static let badText = Self(rawValue: "bad-text")
    /// A text of more than 99,999 characters.
    public static let textTooLong = Self(rawValue: "text-too-long")
    /// A device list, or prekeys, do not verify against what is known of their account. Nothing was sent.
    public static let untrustedKeys = Self(rawValue: "untrusted-keys")
    /// The server's key log does not prove the list that came, or is not the log it was. Nothing was sent.
    public static let untrustedLog = Self(rawValue: "untrusted-log")
    /// A device offers no usable keys, so nothing can be sealed for it.
    public static let noKeys = Self(rawValue: "no-keys")
    /// A sealed message could not be made.
    public static let cannotSeal = Self(rawValue: "cannot-seal")

    /// A file was not sent, or not fetched.
    public static func file(_ failure: FileFailure) -> Self { Self(rawValue: "file-\(failure.rawValue)") }
    /// An image did not become what it was meant for.
    public static func image(_ failure: ImageFailure) -> Self { Self(rawValue: failure.code) }
    /// A sticker pack cannot be made, found or read.
    public static func stickers(_ failure: StickerFailure) -> Self {
        Self(rawValue: "stickers-\(failure.rawValue)")
    }

    /// What a server refuses with: its word, unless that is one of our own, which no server may say.
    init(_ problem: Problem) {
        let word = Self(rawValue: problem.word)
        let isOwn = Self.own.contains(word) || Self.ownPrefixes.contains { problem.word.hasPrefix($0) }
        self = problem.code == .later && isOwn ? Self(.later) : word
    }

    /// Of what the client finds itself.
    private static let own: Set<Self> = [
        .folderInUse, .wrongPassphrase, .needsPassphrase, .store, .unreachable, .cancelled, .closed, .unexpectedAnswer,
        .queued, .noServer, .notRegistered, .alreadyRegistered, .notLinkedYet, .unlinked, .accountDeleted,
        .displaced, .noSuchChat, .noSuchMessage, .deletedForAllOnly, .cannotChangeDevices, .cannotUnlinkItself,
        .noSuchDevice, .badCode, .safetyNumberDiffers, .badRecoveryKey, .noBackup, .backupExists, .backup,
        .badServerAddress,
        .insecureServer, .wrongServerName, .untrustedServer, .laterVersionNeeded, .unreadableEnvelope,
        .conversationSetBack, .cannotReport, .badExpiry, .emptyText, .badText, .textTooLong, .untrustedKeys,
        .untrustedLog, .noKeys, .cannotSeal,
    ]
    private static let ownPrefixes = ["file-", "image-", "stickers-"]
}
