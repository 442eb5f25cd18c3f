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
        .cancelled, .unreachable(.timedOut), .unreachable(.closedByPeer), .unreachable(.badCertificate("x.")),
        .refused(Problem(.handleTaken, "Choose another.")),
        .refused(Problem(.rateLimited, "", retryAfterSeconds: 3)), .unexpectedAnswer(status: 502),
        .queued(.random()), .noServer, .notRegistered, .alreadyRegistered, .notLinkedYet, .unlinked, .displaced,
        .accountDeleted,
        .cannotChangeDevices, .noSuchDevice, .badCode, .badServerAddress, .insecureServer,
        .wrongServerName(expected: "a", found: "b"), .emptyText, .textTooLong, .file(.unreadable),
        .file(.unwritable), .file(.tooLong), .file(.notAuthentic), .file(.badType), .file(.none),
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
        case .laterVersionNeeded: 38
        case .conversationSetBack: 39
        case .unreadableEnvelope: 43
        }
    }

    @Test("every case has a sample here, and a text that no other case has")
    func samples() {
        #expect(Set(Self.all.map { Self.place(of: $0) }) == Set(0...43))
        let texts = Dictionary(grouping: Self.all, by: \.description).values
        for same in texts where Set(same.map { Self.place(of: $0) }).count > 1 { Issue.record("\(same)") }
    }

    @Test("each is a sentence for a user, and has a name for machines", arguments: all)
    func sentences(error: ClientError) {
        #expect(error.description.last == "." || error.description.last == "?")
        #expect(error.description.count > 10)
        #expect(!error.description.contains("ClientError"))
        #expect(error.code.allSatisfy { $0.isLowercase || $0 == "-" })
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
            .unexpectedAnswer(status: 502),
        ] { #expect(error.isPassing) }
        for error: ClientError in [
            .refused(Problem(.notFound, "")), .unlinked, .untrustedList(.badSignature), .store(.diskFull),
            .unexpectedAnswer(status: 404),
        ] { #expect(!error.isPassing) }
    }
}
