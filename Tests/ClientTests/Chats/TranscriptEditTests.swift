import TestKit
import Testing
import Wire

@testable import Client

@Suite("What one transaction does to chats")
struct TranscriptEditTests {
    private let folder: TemporaryFolder
    private let store: LocalStore
    private let chat = ChatID.person(.sample)
    private static let now = Timestamp(milliseconds: 1_000_000)
    private let other = ChatID.person(AccountID(bytes: SixteenBytes(high: 7, low: 7)))

    init() throws {
        folder = try TemporaryFolder()
        store = try LocalStore(folder: folder.path + "/account", key: .keyFile)
    }

    private func line(_ text: String, at seconds: UInt64) -> StoredLine {
        var line = StoredLine(author: .sample, device: .sample)
        line.text = text
        line.time = Timestamp(milliseconds: seconds * 1000)
        return line
    }

    private func edit(_ change: (inout TranscriptEdit) throws -> Void) throws {
        var edit = TranscriptEdit(store, now: Self.now)
        try change(&edit)
        var transaction = StoreTransaction()
        edit.write(into: &transaction)
        try store.commit(transaction)
    }

    @Test("lines are numbered from one up in each chat, also several in one transaction, and no number comes twice")
    func numbers() throws {
        try edit { (edit) throws in
            #expect(try edit.append(line("a", at: 1), to: chat) == LinePlace(chat, 1))
            #expect(try edit.append(line("b", at: 2), to: chat) == LinePlace(chat, 2))
            #expect(try edit.append(line("c", at: 3), to: other) == LinePlace(other, 1))
            #expect(try edit.line(at: LinePlace(chat, 2))?.text == "b")
        }
        try edit { (edit) throws in
            try edit.remove(at: LinePlace(chat, 2))
            #expect(try edit.line(at: LinePlace(chat, 2)) == nil)
        }
        try edit { (edit) throws in #expect(try edit.append(line("d", at: 4), to: chat) == LinePlace(chat, 3)) }
        #expect(try store.value(.line(LinePlace(chat, 1)))?.text == "a")
        #expect(try store.value(.line(LinePlace(chat, 2))) == nil)
        #expect(try store.value(.line(LinePlace(chat, 3)))?.text == "d")
    }

    @Test("a chat says what its newest line says, whatever becomes of that")
    func newest() throws {
        func last() throws -> String? { try store.value(.chat(chat))?.last?.text }
        try edit { (edit) throws in for text in ["a", "b", "c"] { _ = try edit.append(line(text, at: 1), to: chat) } }
        #expect(try last() == "c")
        try edit { (edit) throws in try edit.replace(line("b anew", at: 1), at: LinePlace(chat, 2)) }
        #expect(try last() == "c")
        try edit { (edit) throws in try edit.replace(line("c anew", at: 1), at: LinePlace(chat, 3)) }
        #expect(try last() == "c anew")
        // The one before it goes first: what is newest is looked for behind the hole.
        try edit { (edit) throws in
            try edit.remove(at: LinePlace(chat, 2))
            try edit.remove(at: LinePlace(chat, 3))
        }
        #expect(try last() == "a")
        try edit { (edit) throws in try edit.remove(at: LinePlace(chat, 1)) }
        #expect(try last() == nil)
        #expect(try store.value(.chat(chat))?.lastNumber == nil)
        #expect(try store.value(.chat(chat))?.nextNumber == 4)
    }

    @Test("a deleted line says nothing in the list either, and a long one is cut there")
    func said() throws {
        let long = String(repeating: "x", count: ClientLimits.lastLineLengthMax + 1)
        try edit { (edit) throws in _ = try edit.append(line(long, at: 1), to: chat) }
        #expect(try store.value(.chat(chat))?.last?.text?.count == ClientLimits.lastLineLengthMax)
        #expect(try store.value(.line(LinePlace(chat, 1)))?.text == long)
        var transaction = StoreTransaction()
        var edit = TranscriptEdit(store, now: Self.now)
        let found = try #require(try edit.line(at: LinePlace(chat, 1)))
        _ = try edit.erase(found, at: LinePlace(chat, 1), .deleted, into: &transaction)
        edit.write(into: &transaction)
        try store.commit(transaction)
        let stored = try #require(try store.value(.chat(chat)))
        #expect(stored.last?.removal == .deleted && stored.last?.text == nil)
    }

    @Test("the activity of a chat follows its newest line and never goes back")
    func activity() throws {
        try edit { (edit) throws in _ = try edit.append(line("a", at: 50), to: chat) }
        try edit { (edit) throws in _ = try edit.append(line("b", at: 20), to: chat) }
        #expect(try store.value(.chat(chat))?.activity == Timestamp(milliseconds: 50_000))
        try edit { (edit) throws in try edit.replace(line("b", at: 60), at: LinePlace(chat, 2)) }
        #expect(try store.value(.chat(chat))?.activity == Timestamp(milliseconds: 60_000))
    }

    @Test("a time to come does not keep a chat on top: it counts as now")
    func timeToCome() throws {
        try edit { (edit) throws in _ = try edit.append(line("a", at: 9_000_000), to: chat) }
        #expect(try store.value(.chat(chat))?.activity == Self.now)
        try edit { (edit) throws in try edit.replace(line("a", at: 9_500_000), at: LinePlace(chat, 1)) }
        #expect(try store.value(.chat(chat))?.activity == Self.now)
        #expect(try store.value(.line(LinePlace(chat, 1)))?.time == Timestamp(milliseconds: 9_500_000_000))
    }
}
