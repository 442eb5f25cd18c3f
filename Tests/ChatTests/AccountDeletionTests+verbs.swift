import Crypto
import Store
import TestKit
import Wire

@testable import Chat

/// The verbs that these tests need.
extension AccountDeletionTests {
    func eraseAll() async throws {
        let doomed = try await house.store.read { (tables) throws(Problem) in
            try tables.rows(DoomedAccountRow.inOrder, limit: 99)
        }
        for account in doomed {
            while try await house.chat.commit({ (turn) throws(Problem) in try turn.erase(account) }) != .finished {}
        }
    }

    func send(to person: Person, by sender: Person) async throws {
        let request = SendRequest(clientID: .random(), copies: [person.device.copy([1])])
        _ = try await house.chat.commit { (turn) throws(Problem) in
            try turn.send(request, from: sender.address, to: person.account)
        }
    }

    func group(_ name: String, by owner: Person, with others: [Person]) async throws -> ConversationID {
        let new = NewConversation(kind: .group, mode: .open, name: name, members: others.map(\.account))
        return try await house.chat.commit { (turn) throws(Problem) in
            try turn.createConversation(new, by: owner.address).view.conversation
        }
    }

    func add(_ people: [Person], to conversation: ConversationID, by caller: Person) async throws {
        try await house.chat.commit { (turn) throws(Problem) in
            try turn.addMembers(people.map(\.account), to: conversation, by: caller.address)
        }
    }

    func change(
        _ person: Person, to role: Role, in conversation: ConversationID, by caller: Person
    ) async throws {
        try await house.chat.commit { (turn) throws(Problem) in
            try turn.changeRole(of: person.account, to: role, in: conversation, by: caller.address)
        }
    }

    func remove(_ person: Person, from conversation: ConversationID, by caller: Person) async throws {
        try await house.chat.commit { (turn) throws(Problem) in
            try turn.removeMember(person.account, from: conversation, by: caller.address)
        }
    }

    func post(_ text: String, to conversation: ConversationID, by person: Person) async throws {
        let request = PostRequest(clientID: .random(), text: text)
        _ = try await house.chat.commit { (turn) throws(Problem) in
            try turn.post(request, to: conversation, by: person.address)
        }
    }

    func members(of conversation: ConversationID, as person: Person) async throws -> [MemberView] {
        try await house.chat.look { (look) throws(Problem) in
            try look.members(of: conversation, for: person.account).items
        }
    }

    func events(in conversation: ConversationID, as person: Person) async throws -> [LogEntry] {
        try await house.chat.look { (look) throws(Problem) in
            try look.log(of: conversation, for: person.account, .newest, limit: 100).items
        }
    }

    func conversations(of person: Person) async throws -> [ConversationView] {
        try await house.chat.look { (look) throws(Problem) in
            try look.conversations(of: person.account).items
        }
    }

    func upload(_ bytes: [UInt8], by person: Person, to media: MediaHouse) async throws -> MediaID {
        let draft = try UploadDraft(
            in: house.chat.shard, by: person.address, mediaClass: .sealed, byteCount: UInt64(bytes.count),
            sha256: SHA256.hash(bytes), conversation: nil, lifetime: .usual, expiresSeconds: nil, now: house.now)
        let bounds = media.uploads.bounds
        try await house.chat.commit { (turn) throws(Problem) in try turn.createUpload(draft, within: bounds) }
        let writer = try await media.uploads.append(to: draft.row, at: 0)
        try await writer.append(bytes)
        _ = try await writer.finish()
        return draft.row.media
    }

    static func report(_ number: UInt8, by reporter: Person, about sender: Person) -> ReportRow {
        ReportRow(
            report: [UInt8](repeating: number, count: 32), reporter: reporter.account, sender: sender.address,
            isAttributed: true, message: MessageID(UInt64(number)), time: Timestamp(milliseconds: 1),
            reportedAt: Timestamp(milliseconds: 1_795_167_000_000), content: [number])
    }
}
