import Keys
import Testing
import Transport
import Wire

@testable import Client

@Suite("What errors say")
struct ClientErrorTests {
    private static let all: [ClientError] = [
        .store(.inUse), .store(.wrongKey), .store(.needsPassphrase), .store(.takesNoPassphrase),
        .store(.keyFileMissing), .store(.notAStore), .store(.damaged(record: 3)), .store(.tooLarge(byteCount: 1)),
        .store(.diskFull), .store(.system(operation: "open", code: 13)), .store(.outcomeUnknown), .store(.outOfMemory),
        .store(.unreadable(key: "k")), .unreachable(.cannotConnect), .unreachable(.cannotSecure),
        .unreachable(.timedOut), .unreachable(.closedByPeer), .unreachable(.badCertificate("x")),
        .refused(Problem(.handleTaken, "Choose another.")),
        .refused(Problem(.rateLimited, "", retryAfterSeconds: 3)), .unexpectedAnswer(status: 502),
        .queued(.random()), .noServer, .notRegistered, .alreadyRegistered, .notLinkedYet, .unlinked, .displaced,
        .accountDeleted,
        .alreadyListening, .cannotChangeDevices, .noSuchDevice, .badCode, .badServerAddress, .insecureServer,
        .wrongServerName(expected: "a", found: "b"), .emptyText, .textTooLong, .file(.unreadable),
        .file(.unwritable), .file(.tooLong), .file(.notAuthentic), .file(.badType), .file(.none),
        .image(.tooLarge(byteCountMax: 1024)), .image(.noPicture("x")), .image(.noPicture(nil)), .image(.undecided),
        .untrustedList(.identityChanged),
        .untrustedList(.rolledBack(knownEpoch: 2, epoch: 1)), .untrustedList(.forked(epoch: 1)),
        .untrustedList(.badSignature), .untrustedKeys(.wrongDevice), .untrustedLog(.missing),
        .untrustedLog(.anotherKey), .untrustedLog(.badSignature), .untrustedLog(.notIncluded), .untrustedLog(.forked),
        .untrustedLog(.rolledBack), .noKeys(DeviceID(1)), .cannotSeal,
    ]

    @Test("each is a sentence for a user, and has a name for machines", arguments: all)
    func sentences(error: ClientError) {
        #expect(error.description.last == "." || error.description.last == "?" || error.description.last == "x")
        #expect(error.description.count > 10)
        #expect(!error.description.contains("ClientError"))
        #expect(error.code.allSatisfy { $0.isLowercase || $0 == "-" })
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
