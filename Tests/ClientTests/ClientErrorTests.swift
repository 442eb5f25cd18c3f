import Foundation
import Keys
import Testing
import Transport
import Wire

@testable import Client

@Suite("What errors say")
struct ClientErrorTests {
    private static let all: [ClientError] = [
        .store(.inUse), .store(.wrongKey), .store(.needsPassphrase), .store(.takesNoPassphrase),
        .store(.keyFileMissing), .store(.notAStore), .store(.damaged("a value")), .store(.collision(key: "a")),
        .store(.tooLarge(byteCount: 1)),
        .store(.diskFull), .store(.system(operation: "open", code: 13)), .store(.outcomeUnknown), .store(.outOfMemory),
        .store(.unreadable(key: "k")), .unreachable(.cannotConnect), .unreachable(.cannotSecure),
        .cancelled, .closed, .unreachable(.timedOut), .unreachable(.closedByPeer), .unreachable(.badCertificate("x.")),
        .refused(Problem(.handleTaken, "Choose another.")),
        .refused(Problem(.rateLimited, "", retryAfterSeconds: 3)), .unexpectedAnswer(status: 502),
        .queued(.random()), .deletionQueued(.random()), .noServer, .notRegistered, .alreadyRegistered, .notLinkedYet,
        .unlinked, .displaced, .accountDeleted,
        .cannotChangeDevices, .cannotUnlinkItself, .noSuchDevice, .badCode, .badServerAddress, .insecureServer,
        .wrongServerName(expected: "a", found: "b"), .emptyText, .textTooLong, .file(.unreadable),
        .file(.unwritable), .file(.exists), .file(.tooLong), .file(.notAuthentic), .file(.badType), .file(.none),
        .image(.tooLarge(byteCountMax: 1024)), .image(.noPicture("x")), .image(.noPicture(nil)), .image(.undecided),
        .untrustedList(.identityChanged),
        .untrustedList(.rolledBack(knownEpoch: 2, epoch: 1)), .untrustedList(.forked(epoch: 1)),
        .untrustedList(.badSignature), .untrustedKeys(.wrongDevice), .untrustedLog(.missing),
        .untrustedLog(.anotherKey), .untrustedLog(.badSignature), .untrustedLog(.notIncluded), .untrustedLog(.forked),
        .untrustedLog(.rolledBack), .noKeys(DeviceID(1)), .cannotSeal, .safetyNumberDiffers,
        .badRecoveryKey(.wrongLength), .badRecoveryKey(.unknownCharacter), .badRecoveryKey(.badChecksum), .noBackup,
        .backupExists, .backup(.tooLarge), .backup(.unreadable), .backup(.notAuthentic), .untrustedServer,
        .badText, .noSuchMessage, .noSuchChat, .deletedForAllOnly, .cannotReport, .badExpiry,
        .stickers(.badPack), .stickers(.badLink), .stickers(.unknown),
        .stickers(.tooMany), .laterVersionNeeded, .unreadableEnvelope, .conversationSetBack(.random()), .file(.stopped),
    ]

    /// Without a default: a new case does not build until it has a place here, and then wants a sample above.
    private static func place(of error: ClientError) -> Int {
        switch error {
        case .store: 0
        case .unreachable: 1
        case .refused: 2
        case .unexpectedAnswer: 3
        case .queued: 4
        case .deletionQueued: 46
        case .noServer: 5
        case .notRegistered: 6
        case .alreadyRegistered: 7
        case .notLinkedYet: 8
        case .unlinked: 9
        case .accountDeleted: 10
        case .displaced: 11
        case .cannotChangeDevices: 13
        case .noSuchDevice: 14
        case .badCode: 15
        case .safetyNumberDiffers: 16
        case .badRecoveryKey: 17
        case .noBackup: 18
        case .backupExists: 19
        case .backup: 20
        case .badServerAddress: 21
        case .insecureServer: 22
        case .wrongServerName: 23
        case .untrustedServer: 24
        case .noSuchMessage: 25
        case .cannotReport: 26
        case .file: 27
        case .image: 28
        case .badExpiry: 29
        case .stickers: 30
        case .emptyText: 31
        case .badText: 42
        case .textTooLong: 32
        case .untrustedList: 33
        case .untrustedLog: 34
        case .untrustedKeys: 35
        case .noKeys: 36
        case .cannotSeal: 37
        case .noSuchChat: 40
        case .deletedForAllOnly: 41
        case .cancelled: 12
        case .closed: 43
        case .laterVersionNeeded: 38
        case .conversationSetBack: 39
        case .unreadableEnvelope: 44
        case .cannotUnlinkItself: 45
        }
    }

    @Test("every case has a sample here, and a text that no other case has")
    func samples() {
        #expect(Set(Self.all.map { Self.place(of: $0) }) == Set(0...46))
        let texts = Dictionary(grouping: Self.all, by: \.description).values
        for same in texts where Set(same.map { Self.place(of: $0) }).count > 1 { Issue.record("\(same)") }
    }

    @Test("each is a sentence for a user, and has a name for machines", arguments: all)
    func sentences(error: ClientError) {
        #expect(error.description.last == "." || error.description.last == "?")
        #expect(error.description.count > 10)
        #expect(!error.description.contains("ClientError"))
        #expect(error.code.rawValue.allSatisfy { $0.isLowercase || $0 == "-" })
    }

    @Test("a server's refusal has the server's word, also one of a later version, and never one of the client's own")
    func refusals() throws {
        func code(_ word: String, type: String? = nil) throws -> SottoError.Code {
            let text = """
                {"type":"\(type ?? "urn:sotto:problem:\(word)")","title":"x","status":499,"code":"\(word)","detail":"y"}
                """
            let context = WireContext(form: .json, refusesUnknownFields: false)
            return SottoError(.refused(try Problem.decode(Array(text.utf8), in: context))).code
        }
        #expect(try code("not-found") == SottoError.Code(.notFound))
        #expect(try code("text-too-long") == .textTooLong)
        #expect(try code("poll-closed") == "poll-closed")
        #expect(try code("poll-closed", type: "https://example.org") == SottoError.Code(.later))
        for word in ["Poll", "a b", "", "später", String(repeating: "a", count: 65)] {
            #expect(try code(word) == SottoError.Code(.later), "\(word)")
        }
        for error in Self.all {
            if case .refused = error { continue }
            let isShared = error.code == .textTooLong
            #expect(try code(error.code.rawValue) == (isShared ? .textTooLong : SottoError.Code(.later)), "\(error)")
        }
    }

    @Test("docs/library.md has each code, and whether it passes")
    func page() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL
        let page = try String(contentsOf: root.appending(path: "docs/library.md"), encoding: .utf8)
        let row = #/^\| `([a-z-]+)` \| (yes|no|of 429, and of 500 and above) \|/#
        let rows = page.matches(of: row.anchorsMatchLineEndings())
        let listed = Dictionary(rows.map { (String($0.1), String($0.2)) }, uniquingKeysWith: { (first, _) in first })
        let failures = FileFailure.allCases.map { ClientError.file($0) }
        let errors = (Self.all + failures).filter { if case .refused = $0 { false } else { true } }
        for error in errors {
            if case .unexpectedAnswer = error {
                #expect(listed[error.code.rawValue] == "of 429, and of 500 and above")
            } else {
                #expect(listed[error.code.rawValue] == (error.isPassing ? "yes" : "no"), "\(error.code)")
            }
        }
        #expect(Set(listed.keys) == Set(errors.map(\.code.rawValue)), "the page has no code that no error has")
    }

    @Test("a refusal is one however long the server wants to be left alone")
    func longWait() throws {
        let text = """
            {"type":"urn:sotto:problem:rate-limited","title":"x","status":429,"code":"rate-limited","detail":"",
            "retryAfter":18446744073709551615}
            """
        let context = WireContext(form: .json, refusesUnknownFields: false)
        let error = SottoError(.refused(try Problem.decode(Array(text.utf8), in: context)))
        #expect(error.isPassing && error.retryAfter == .seconds(86_400))
        #expect(error.description.contains(" 86400 s"))
    }

    @Test("what the system refused is told in its words")
    func systemWords() {
        let error = ClientError.store(.system(operation: "make x", code: 2))
        #expect(error.description == "The system refused to make x: No such file or directory.")
    }

    @Test("only what may pass by itself is tried again")
    func passing() {
        for error: ClientError in [
            .unreachable(.timedOut), .refused(Problem(.overloaded, "")), .refused(Problem(.rateLimited, "")),
            .unexpectedAnswer(status: 502), .unexpectedAnswer(status: 429),
        ] { #expect(error.isPassing) }
        for error: ClientError in [
            .refused(Problem(.notFound, "")), .unlinked, .untrustedList(.badSignature), .store(.diskFull),
            .unexpectedAnswer(status: 404),
        ] { #expect(!error.isPassing) }
    }
}
