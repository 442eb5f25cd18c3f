import Keys
import Transport
import Wire

/// Why something was not done, as the rooms know it. Whoever asked from outside hears of it by ``SottoError``.
enum ClientError: Error, Equatable, Sendable {
    /// The local store refused.
    case store(LocalStoreError)
    /// The server was not reached, or the connection broke.
    case unreachable(TransportError)
    /// The task that waited was cancelled. What was asked of the server may have been done.
    case cancelled
    /// The account was closed in this program.
    case closed
    /// The server refused, and says why.
    case refused(Problem)
    /// The server's answer is not one of the protocol. A foreign one has not even the form of one: somebody else has
    /// answered for the server, such as a proxy or the portal of a network.
    case unexpectedAnswer(status: Int, isForeign: Bool = false)
    /// The message waits in the outbox, and goes out by itself, whoever waits for it. Whoever asked from outside is
    /// told its line as well.
    case queued(ClientID, line: LineID? = nil)
    /// The same of what says that a message is deleted.
    case deletionQueued(ClientID)

    /// No server is known: neither given, nor from an account in this folder.
    case noServer
    /// There is no account in this folder yet.
    case notRegistered
    /// There is an account, or the start of one, in this folder already.
    case alreadyRegistered
    /// This device waits to be linked by another.
    case notLinkedYet
    /// The account lists this device no more.
    case unlinked
    /// The account was deleted, for good.
    case accountDeleted
    /// Another connection of this very device has taken the place of this one.
    case displaced
    /// This device has no account key, so it cannot change the device list, back the account up, nor delete it.
    case cannotChangeDevices
    /// A device does not take itself out of its account.
    case cannotUnlinkItself
    case noSuchDevice
    /// Not a code that a device gave out.
    case badCode

    /// The other side's safety number is another than the one here.
    case safetyNumberDiffers

    /// Not a whole recovery key.
    case badRecoveryKey(RecoveryKeyError)
    /// There is no backup: none was made, or none under this recovery key.
    case noBackup
    /// The account has a backup under another recovery key.
    case backupExists
    /// The backup cannot be used, or not be made.
    case backup(BackupError)

    /// Not an address of a server.
    case badServerAddress
    /// `http` beyond this machine: everyone on the way could take the account's tokens.
    case insecureServer
    /// The server calls itself by another name than it should.
    case wrongServerName(expected: String, found: String)
    /// The server has not the key that it had at first contact, or what it signed with it says something else of this
    /// device.
    case untrustedServer

    /// More envelopes have come that only a later version of the program can open than are kept for it.
    case laterVersionNeeded
    /// An envelope came of which not even its number in the queue can be read. It is not acknowledged.
    case unreadableEnvelope
    /// The server's log of that conversation ends before what was read of it.
    case conversationSetBack(ConversationID)
    /// There is no message at that place of the transcript.
    case noSuchMessage
    /// There is no such chat: nobody who was met before, and no open conversation of this account.
    case noSuchChat
    /// What was said in an open conversation is deleted for everybody or not at all.
    case deletedForAllOnly
    /// There is nothing at that place of the transcript that the server would know again.
    case cannotReport
    /// A file was not sent, or not fetched.
    case file(FileFailure)
    /// An image did not become what it was meant for.
    case image(ImageFailure)
    /// A message disappears after five seconds to four weeks.
    case badExpiry
    /// A sticker pack cannot be made, found or read.
    case stickers(StickerFailure)
    case emptyText
    /// A text with characters that cannot be sent.
    case badText
    case textTooLong
    /// A device list does not verify against what is known of its account.
    case untrustedList(DeviceListError)
    /// The server's key log does not prove the list that came, or is not the log it was. Nothing was done with the
    /// list.
    case untrustedLog(LogFailure)
    /// A device's prekeys do not verify.
    case untrustedKeys(PreKeyBundleError)
    /// A device offers no usable keys, so nothing can be sealed for it.
    case noKeys(DeviceID)
    /// A sealed message could not be made.
    case cannotSeal
}

extension ClientError: CustomStringConvertible {
    var description: String {
        switch self {
        case .store(let error): Self.text(error)
        case .unreachable(let error): Self.text(error)
        case .cancelled: "Interrupted."
        case .closed: "The account was closed in this program. Open it again."
        case .refused(let problem): Self.text(problem)
        case .unexpectedAnswer(let status, _):
            "The server's answer (status \(status)) is not of this protocol. Is that the address of a Sotto server, "
                + "and its port for clients?"
        case .queued: "The server has not taken it yet. It is kept, and goes out with the next connection."
        case .deletionQueued:
            "The server has not taken the deletion yet. It is kept, and goes out with the next connection."
        case .noServer: "Which server? Give its address."
        case .notRegistered: "There is no account in this folder. Is it the right one? Otherwise register first."
        case .alreadyRegistered: "There is an account here already. Choose another folder for another account."
        case .notLinkedYet: "This device is not linked yet. Give its code to a device of the account, then log in."
        case .unlinked:
            "The account lists this device no more, or was deleted. Start anew in an empty folder to link it again."
        case .accountDeleted:
            "The account was deleted. What this device keeps of it stays readable; another needs another folder."
        case .displaced: "The same account folder is in use elsewhere: its connection has taken the place of this one."
        case .cannotChangeDevices:
            "That takes the account's key, as linking, unlinking, backups and deleting the account do: the first "
                + "device has it, and a restored one."
        case .cannotUnlinkItself:
            "A device cannot unlink itself. Do it on another one that has the account's key, or delete the account."
        case .noSuchDevice: "The account has no such device."
        case .badCode: "This is not a whole code. Copy it again, as one piece."
        case .safetyNumberDiffers:
            "The safety numbers differ. Compare them again; if they stay different, somebody stands between."
        case .badRecoveryKey(let error): Self.text(error)
        case .noBackup: "There is no backup for this recovery key at this server."
        case .backupExists: "The account has a backup under another recovery key. Replace it, or use that key."
        case .backup(let error): Self.text(error)
        case .badServerAddress: "A server's address looks like https://chat.example or http://127.0.0.1:8080."
        case .insecureServer: "Without TLS everyone on the way could take over the account. Use https."
        case .wrongServerName(let expected, let found):
            "The server calls itself \(found), not \(expected). Nothing was signed for it."
        case .untrustedServer:
            "The server has not the key it had at first contact: it is another one, or somebody stands between."
        case .laterVersionNeeded:
            "Much has come that this version of the program does not know. Use a later one; nothing more is fetched."
        case .unreadableEnvelope:
            "Something came that this version of the program cannot read. It waits at the server; use a later one."
        case .conversationSetBack(let conversation):
            "The log of conversation \(conversation) is not what it was. Was the server restored? Ask who runs it."
        case .noSuchMessage: "There is no such message here."
        case .noSuchChat: "There is no such chat: nobody met before, and no open conversation of this account."
        case .deletedForAllOnly: "What was posted is deleted for everybody, or not at all."
        case .cannotReport:
            "Only a message of somebody else can be reported, while this device has it."
        case .file(let failure): Self.text(failure)
        case .image(let failure): failure.sentence
        case .badExpiry: "A message can disappear after 5 seconds to 28 days; in an open conversation, to a year."
        case .stickers(let failure): failure.text
        case .emptyText: "There is no text to send."
        case .badText: "A text has no control characters but tabs and ends of lines."
        case .textTooLong: "The text is too long: at most \(Limits.textLengthMax) characters."
        case .untrustedList(let error): Self.text(error)
        case .untrustedLog(let failure): Self.text(failure)
        case .untrustedKeys:
            "The keys that the server gave out do not verify. Nothing was sent: somebody may stand between."
        case .noKeys(let device): "Device \(device) of the recipient offers no usable keys yet."
        case .cannotSeal: "The message could not be sealed."
        }
    }

    private static func text(_ failure: FileFailure) -> String {
        switch failure {
        case .unreadable: "The file cannot be read."
        case .unwritable: "The file cannot be written there."
        case .exists: "There is a file of that name already."
        case .tooLong: "The file is too long: at most 2 GiB."
        case .badType: "A file's type has 1 to 127 characters, such as image/jpeg."
        case .notAuthentic: "What came is not the file that the sender named. Nothing was kept of it."
        case .none: "There is no such file beside that message."
        case .tooManyWaiting: "Too many files wait to be sent already. Let them go out, or cancel one."
        case .damaged: "What was kept of the file to be sent is gone or has changed. Send it again."
        case .cancelled: "The file was not sent: it was cancelled."
        case .interrupted: "Interrupted. What has come is kept: the same again goes on from there."
        case .stopped: "Interrupted. Nothing was kept of the file."
        case .notWaiting: "That file does not wait to be sent: it was sent already, or given up."
        case .badImage: "A sticker is an image (PNG, WebP, GIF, JPEG, HEIF or AVIF) of at most 300 KiB."
        case .noPreview: "There is no small picture inside that message. Fetch the file."
        case .badPreview: "What the sender calls a small picture is none that may be shown. Nothing was kept of it."
        }
    }

    private static func text(_ error: LocalStoreError) -> String {
        switch error {
        case .inUse: "The folder is open already, in this program or another one. Close it there, or use that one."
        case .wrongKey: "The passphrase is wrong."
        case .needsPassphrase: "This folder is sealed by a passphrase. Give it."
        case .takesNoPassphrase: "This folder was made without a passphrase. Leave it out."
        case .keyFileMissing: "The file `key` is gone from the folder; without it nothing there can be read."
        case .notAStore: "The store in this folder is not one of this program."
        case .damaged(let what): "The store is damaged (\(what)). Restore the folder, or start anew."
        case .tooLarge: "That is too large to be kept."
        case .diskFull: "The disk is full. Nothing was changed."
        case .system(let operation, let code):
            "The system refused to \(operation): \(LocalStoreError.words(ofCode: code))."
        case .outcomeUnknown: "The disk failed in the middle of a write. Start the program again."
        case .outOfMemory: "There is not enough memory to open the folder."
        case .collision(let key): "Two names fall on one place in the store: \(key)."
        case .unreadable: "A later version of this program wrote into this folder. Use that one."
        }
    }

    private static func text(_ error: RecoveryKeyError) -> String {
        switch error {
        case .wrongLength: "A recovery key has 56 letters and digits, in 14 groups of four."
        case .unknownCharacter: "A recovery key has digits and letters only, and no U. Copy it again."
        case .badChecksum: "A character of the recovery key is wrong. Compare it with the paper."
        }
    }

    private static func text(_ error: BackupError) -> String {
        switch error {
        case .tooLarge: "The account knows too many others for one backup."
        case .unreadable: "The backup is of a later version of this program. Use that one."
        case .notAuthentic: "The backup was not made with this recovery key, or the server has changed it."
        }
    }

    private static func text(_ error: TransportError) -> String {
        switch error {
        case .cannotConnect: "The server cannot be reached. Is the address right, and is it running?"
        case .cannotSecure:
            "No trusted connection: no TLS is spoken there (then the address begins with http://), or the certificate "
                + "is not one that this device trusts for that name."
        case .timedOut: "The server did not answer in time."
        case .badCertificate(let text): "The file of trusted certificates cannot be used: \(text)"
        default: "The connection to the server broke."
        }
    }

    private static func text(_ problem: Problem) -> String {
        let detail = problem.detail.isEmpty ? "" : " \(problem.detail)"
        let wait = problem.retryAfterSeconds.map { " Try again in \(min($0, ClientLimits.retrySecondsMax)) s." } ?? ""
        return "\(problem.code.title).\(detail)\(wait)"
    }

    private static func text(_ failure: LogFailure) -> String {
        switch failure {
        case .missing: "The server did not prove that its key log has the keys it gave out. Nothing was sent."
        case .anotherKey:
            "The server's key log is signed by another key than before. Nothing was sent: ask who runs the server."
        case .badSignature: "The server's key log is not signed by the server. Nothing was sent."
        case .notIncluded: "The keys that the server gave out are not in its key log. Nothing was sent."
        case .forked:
            "The server's key log is not the one seen before: the server may show others other keys. Nothing was sent."
        case .rolledBack:
            "The server's key log is shorter than before. Was it restored? Ask who runs it. Nothing was sent."
        }
    }

    private static func text(_ error: DeviceListError) -> String {
        switch error {
        case .identityChanged:
            "The account's keys are not the ones known for it. Somebody may stand between: compare safety numbers."
        case .rolledBack(let known, let epoch):
            "The server gave out device list \(epoch), older than list \(known) seen before. Nothing was sent."
        case .forked(let epoch): "The server gave out two different device lists \(epoch). Nothing was sent."
        case .wrongAccount, .badSignature, .unusableDevices:
            "The device list does not verify. Nothing was sent: somebody may stand between."
        }
    }
}

extension ClientError {
    /// A short, stable name for machines: of a refusal, the server's problem code.
    var code: SottoError.Code {
        switch self {
        case .store(.inUse): .folderInUse
        case .store(.wrongKey): .wrongPassphrase
        case .store(.needsPassphrase): .needsPassphrase
        case .store: .store
        case .unreachable: .unreachable
        case .cancelled: .cancelled
        case .closed: .closed
        case .refused(let problem): SottoError.Code(problem)
        case .unexpectedAnswer: .unexpectedAnswer
        case .queued, .deletionQueued: .queued
        case .noServer: .noServer
        case .notRegistered: .notRegistered
        case .alreadyRegistered: .alreadyRegistered
        case .notLinkedYet: .notLinkedYet
        case .unlinked: .unlinked
        case .accountDeleted: .accountDeleted
        case .displaced: .displaced
        case .noSuchChat: .noSuchChat
        case .deletedForAllOnly: .deletedForAllOnly
        case .cannotChangeDevices: .cannotChangeDevices
        case .cannotUnlinkItself: .cannotUnlinkItself
        case .noSuchDevice: .noSuchDevice
        case .badCode: .badCode
        case .safetyNumberDiffers: .safetyNumberDiffers
        case .badRecoveryKey: .badRecoveryKey
        case .noBackup: .noBackup
        case .backupExists: .backupExists
        case .backup: .backup
        case .badServerAddress: .badServerAddress
        case .insecureServer: .insecureServer
        case .wrongServerName: .wrongServerName
        case .untrustedServer: .untrustedServer
        case .laterVersionNeeded: .laterVersionNeeded
        case .unreadableEnvelope: .unreadableEnvelope
        case .conversationSetBack: .conversationSetBack
        case .noSuchMessage: .noSuchMessage
        case .cannotReport: .cannotReport
        case .file(let failure): .file(failure)
        case .image(let failure): .image(failure)
        case .badExpiry: .badExpiry
        case .stickers(let failure): .stickers(failure)
        case .emptyText: .emptyText
        case .badText: .badText
        case .textTooLong: .textTooLong
        case .untrustedList, .untrustedKeys: .untrustedKeys
        case .untrustedLog: .untrustedLog
        case .noKeys: .noKeys
        case .cannotSeal: .cannotSeal
        }
    }
}
