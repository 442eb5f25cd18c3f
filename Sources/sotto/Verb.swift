/// What `sotto` can do.
enum Verb: String, CaseIterable {
    case register, login, send, delete, download, stickers, listen, chat, devices, avatar, emoji
    case safetyNumber = "safety-number"
    case history, report, backup, restore, media
    case trustLog = "trust-log"
    case auditLog = "audit-log"
    case deleteAccount = "delete-account"

    /// As it is typed, after the program's name.
    var usage: String {
        switch self {
        case .register: "register HANDLE [--invite CODE]"
        case .login: "login [REPLY]"
        case .send:
            "send HANDLE TEXT | send HANDLE [TEXT] --file FILE [--type TYPE] | send --resume | send --cancel INDEX"
                + " | send --conversation ID [TEXT] [--file FILE]"
        case .delete: "delete INDEX [--for-me] | delete --conversation ID NUMBER"
        case .download: "download INDEX -o OUT [--range A-B | --thumbnail]"
        case .stickers:
            "stickers [list | create TITLE [EMOJI=]FILE… | add LINK|INDEX | send HANDLE PACK NUMBER | remove PACK]"
        case .listen: "listen [--until-idle] [--count N]"
        case .chat: "chat HANDLE | chat --conversation ID | chat --create NAME [--with HANDLES] [--channel]"
        case .devices: "devices [list | request | link CODE | unlink NUMBER]"
        case .avatar:
            "avatar set FILE | avatar remove | avatar show HANDLE -o OUT [--size N] [--jpeg]"
                + " | avatar set FILE --conversation ID | avatar remove --conversation ID"
        case .emoji:
            "emoji [list] | emoji add NAME FILE | emoji remove NAME | emoji show NAME -o OUT [--size N] [--animated]"
        case .safetyNumber: "safety-number HANDLE [--compare DIGITS | --verified | --not-verified]"
        case .history: "history [--with HANDLE] [--after INDEX] [--limit N]"
        case .report: "report INDEX"
        case .media:
            "media inspect FILE | media thumbnail FILE -o OUT [--size N] [--jpeg] [--preview OUT] [--worker PATH]"
        case .backup: "backup [status | create [--replace] | update | delete]"
        case .restore: "restore KEY [--unlink-others]"
        case .trustLog: "trust-log"
        case .deleteAccount: "delete-account [--yes]"
        case .auditLog: "audit-log [--server URL | --from-dump FILE] [--state FILE] [--dump FILE] [--account ID]"
        }
    }

    var summary: String {
        switch self {
        case .register: "Create an account with this as its first device."
        case .login: "Log in with this device's key; with the REPLY of `devices link`, finish linking this device."
        case .send: "Send a sealed message and wait until the server has it; TEXT `-` reads standard input."
        case .delete: "Take back a message for everybody; a received one, here alone. NUMBER as `chat` shows it."
        case .download: "Fetch the file beside a message of the transcript, and open it."
        case .stickers: "Sealed sets of small images: make one, keep one, send one of it; numbers begin with 0."
        case .listen: "Print what comes, until interrupted."
        case .chat: "Talk: lines typed are sent, what comes is printed. A handle is sealed, a conversation is open."
        case .devices: "List this account's devices, or change them."
        case .avatar: "Show everybody on the server who you are, or save what somebody else shows."
        case .emoji: "List the server's custom emoji, add one, delete an own one, or save its picture."
        case .safetyNumber: "Sixty digits to compare with the other side: equal means that nobody stands between."
        case .history: "Print the transcript that this device keeps."
        case .report: "Show one message that came to whoever runs the server; INDEX as in `history --json`."
        case .media: "Look at a file or make its thumbnail as the server does, without one; status 3 where refused."
        case .backup: "Keep a sealed backup of this account at the server; `create` prints the recovery key."
        case .restore: "Make this a new device of the account whose recovery key this is; KEY `-` reads standard input."
        case .trustLog: "Trust the server's key log anew, once its operator has said why it began again."
        case .deleteAccount: "Delete this account at the server, for good; without --yes, say what will go."
        case .auditLog: "Check a server's whole key log, without an account; status 3 where it is false."
        }
    }

    var options: [Arguments.Option] {
        switch self {
        case .register: [.init(name: "--invite", value: "CODE", help: "Where the server registers by invitation.")]
        case .send:
            [
                .init(name: "--file", value: "FILE", help: "Seal it, upload it, and point to it."),
                .init(name: "--type", value: "TYPE", help: "Its media type, as you say."),
                .init(name: "--resume", help: "Go on with everything that waits to be sent."),
                .init(name: "--cancel", value: "INDEX", help: "Give up the file that waits at that line."),
                .init(name: "--no-preview", help: "Send an image without the small picture that shows it."),
                .init(name: "--expires", value: "TIME", help: "Disappear after 30s, 5m, 1h, 7d; 5s to 28d."),
                .init(name: "--conversation", value: "ID", help: "Post it there, where the server can see it."),
            ]
        case .delete:
            [
                .init(name: "--for-me", help: "Leave the others' copies of an own message as they are."),
                .init(name: "--conversation", value: "ID", help: "Delete what was posted there, with its media."),
            ]
        case .download: Self.downloadOptions
        case .stickers: Self.stickerOptions
        case .listen:
            [
                .init(name: "--until-idle", help: "End when everything that waited has come."),
                .init(name: "--count", value: "N", help: "End after so many messages."),
            ]
        case .chat:
            [
                .init(name: "--conversation", value: "ID", help: "An open conversation."),
                .init(name: "--create", value: "NAME", help: "Create an open conversation first."),
                .init(name: "--with", value: "HANDLES", help: "Its members, with commas between."),
                .init(name: "--channel", help: "Make it a channel, not a group."),
            ]
        case .history:
            [
                .init(name: "--with", value: "HANDLE", help: "Only what was said with that account."),
                .init(name: "--after", value: "INDEX", help: "Only entries after that one."),
                .init(name: "--limit", value: "N", help: "At most so many; 1000."),
            ]
        case .avatar: Self.avatarOptions
        case .emoji: Self.pictureOptions
        case .media:
            [
                .init(name: "--output", value: "OUT", help: "Where the thumbnail goes; also -o."),
                .init(name: "--size", value: "N", help: "Its longer side, 1 to 2048; 320."),
                .init(name: "--jpeg", help: "JPEG instead of WebP."),
                .init(name: "--preview", value: "OUT", help: "Where the short preview of an animation goes."),
                .init(name: "--worker", value: "PATH", help: "The program sotto-media; else the one beside sotto."),
                .init(name: "--programs", value: "FOLDER", help: "Where ffprobe and ffmpeg are; /usr/bin."),
            ]
        case .backup:
            [.init(name: "--replace", help: "Take the place of a backup that another device or key has made.")]
        case .restore:
            [.init(name: "--unlink-others", help: "The account's other devices are lost: unlink them.")]
        case .safetyNumber:
            [
                .init(name: "--compare", value: "DIGITS", help: "What the other side shows: equal means verified."),
                .init(name: "--verified", help: "You have compared them, and they are equal."),
                .init(name: "--not-verified", help: "Take that back."),
            ]
        case .auditLog:
            [
                .init(name: "--state", value: "FILE", help: "What the last audit left; written anew when all is well."),
                .init(name: "--dump", value: "FILE", help: "Where the whole log goes; as evidence, where it is false."),
                .init(name: "--from-dump", value: "FILE", help: "Check this dump, and ask no server."),
                .init(name: "--account", value: "ID", help: "Print every change of this account's device list."),
            ]
        case .deleteAccount: [.init(name: "--yes", help: "You mean it: nobody can undo this.")]
        case .trustLog, .login, .devices, .report: []
        }
    }

    var wordCounts: ClosedRange<Int> {
        switch self {
        case .register, .safetyNumber, .restore, .report: 1...1
        case .login, .backup: 0...1
        case .send: 0...2
        case .delete, .download: 1...1
        case .stickers: 0...202
        case .listen, .history, .trustLog, .auditLog, .deleteAccount: 0...0
        case .chat: 0...1
        case .devices: 0...2
        case .avatar: 1...2
        case .emoji: 0...3
        case .media: 2...2
        }
    }
}

/// The texts of `--help`.
enum Help {
    static var general: String {
        let verbs = Verb.allCases.map { "  \(padded($0.rawValue, 14)) \($0.summary)" }
        return """
            sotto: messages that only their recipients can read.

            Usage: sotto VERB [options]

            \(verbs.joined(separator: "\n"))

            sotto VERB --help says more. Exit status: 0 done, 1 refused or failed, 2 not understood.
            """
    }

    static func of(_ verb: Verb) -> String {
        let rows = (verb.options + Arguments.common).map { (option) in
            "  \(padded(option.name + (option.value.map { " \($0)" } ?? ""), 26)) \(option.help)"
        }
        return """
            \(verb.summary)

            Usage: sotto \(verb.usage)

            \(rows.joined(separator: "\n"))

            Names in brackets are environment variables; an option wins over them.
            """
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
