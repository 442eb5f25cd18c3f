import Chat
import Store
import TestKit
import Testing
import Wire

@testable import Server

/// How metadata become a draft; what needs a request is in the tests end to end.
@Suite struct TusFieldsTests {
    private static let owner = DeviceAddress(account: .random(), device: DeviceID(1))
    private static let now = Timestamp(milliseconds: 1_795_167_000_000)
    private static let digest = String(repeating: "aB", count: 32)

    private func draft(_ metadata: [String: String]) throws -> UploadDraft {
        try UploadDraft(metadata, byteCount: 5, in: .ofTests, by: Self.owner, now: Self.now)
    }

    @Test("hexadecimal digits are read in pairs, and nothing else is", arguments: [
        ("", []), ("00ff", [0, 255]), ("aBcD", [0xAB, 0xCD]), ("f", nil), ("0g", nil), ("+1", nil), (" 1", nil),
    ] as [(String, [UInt8]?)])
    func hexadecimal(text: String, expected: [UInt8]?) {
        #expect(Hexadecimal.decode(text) == expected)
    }

    @Test("what is not said is sealed, for the usual time, and only hashes of the capabilities are in the row")
    func usual() throws {
        let draft = try draft(["sha256": Self.digest])
        #expect(draft.row.mediaClass == .sealed && draft.row.lifetime == .usual && draft.row.state == .uploading)
        #expect(draft.row.expiresAt == Self.now.adding(seconds: Limits.mediaSeconds))
        #expect(draft.row.endsAt == Self.now.adding(seconds: Limits.silentUploadSeconds))
        #expect(draft.row.uploadHash == PresentedToken(text: draft.uploadCapability.place)?.hash)
        #expect(draft.row.deleteHash == PresentedToken(text: draft.deleteCapability)?.hash)
        #expect(draft.uploadCapability.place != draft.deleteCapability)
    }

    @Test("each lifetime has its end", arguments: [
        ("long", nil, 365 * 86_400), ("pinned", nil, nil), ("expiring", "61", 61),
    ] as [(String, String?, UInt64?)])
    func lifetimes(name: String, expires: String?, seconds: UInt64?) throws {
        var metadata = ["sha256": Self.digest, "lifetime": name]
        metadata["expires"] = expires
        #expect(try draft(metadata).row.expiresAt == seconds.map { Self.now.adding(seconds: $0) })
    }

    @Test("what does not go together is refused", arguments: [
        [:], ["sha256": "ab"], ["sha256": digest, "conversation": "x"], ["class": "open"], ["class": "other"],
        ["sha256": digest, "lifetime": "pinned", "expires": "60"], ["sha256": digest, "lifetime": "expiring"],
        ["sha256": digest, "lifetime": "expiring", "expires": "5000000"], ["sha256": digest, "expires": "x"],
        ["sha256": digest, "filename": "a"], ["sha256": digest, "type": "image/png"],
        ["sha256": digest, "conversation": "\(ConversationID.random())"],
    ])
    func refusals(metadata: [String: String]) {
        #expect(throws: Problem.self) { try draft(metadata) }
    }
}
