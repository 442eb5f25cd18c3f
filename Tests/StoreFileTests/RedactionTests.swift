import Foundation
import Testing
import Wire

@testable import Store

/// Mirrors `Tables`, its redaction, and what of `Checkpointer` empties the log. Looks into the files for what was
/// said.
@Suite("Redaction: what leaves the files", .timeLimit(.minutes(10)))
struct RedactionTests {
    /// Flushes often, and empties the log at once.
    private static func configuration(emptyingAfter milliseconds: Int = 1) -> StoreConfiguration {
        var configuration = StoreConfiguration()
        configuration.flushRowCount = 16
        configuration.idleMilliseconds = 1
        configuration.idleFlushSpacingMilliseconds = 0
        configuration.redactionMilliseconds = milliseconds
        configuration.logByteCountAhead = 1 << 20
        return configuration
    }

    /// Findable, unlike any other, and longer than a page for every third.
    private static func text(_ number: UInt64) -> String {
        let mark = "canary-\(number)-"
        let count = [3, 40, 4_000][Int(number % 3)]
        return String(repeating: mark, count: count)
    }

    /// Which of them can be found in the folder's files.
    private static func found(_ numbers: some Sequence<UInt64>, in folder: TestFolder) throws -> [UInt64] {
        var bytes = Data()
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
            bytes += try Data(contentsOf: URL(filePath: folder.path + "/" + name))
        }
        return numbers.filter { bytes.range(of: Data("canary-\($0)-".utf8)) != nil }
    }

    private static func fill(_ store: Store, _ numbers: ClosedRange<UInt64>) async throws {
        for number in numbers {
            _ = try await store.send(1_000 + number)
            let draft = Sample.post(number, text: text(number))
            _ = try await store.write { (tables) throws(Problem) in try tables.append(draft) }
            _ = try await store.send(2_000 + number)
        }
    }

    private static func redact(_ number: UInt64, in store: Store) async throws(Problem) {
        // Two sends and a post for each number.
        let before = try await store.write { (tables) throws(Problem) in
            try tables.redact(SequenceNumber(number * 3 - 1), of: Sample.dm)
        }
        guard case .message(let message) = before?.event else { throw Problem(.internalError, "\(number)") }
        #expect(message.text == text(number))
    }

    /// Looks again and again, since the log is emptied beside the writer.
    private static func awaitNothing(of numbers: [UInt64], in folder: TestFolder, _ store: Store) async throws {
        while try !found(numbers, in: folder).isEmpty { _ = try await store.log() }
    }

    @Test("what is redacted can be found in no file soon after, wherever its row was; the rest stays")
    func running() async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path, configuration: Self.configuration())
        try await store.prepare()
        try await Self.fill(store, 1...60)
        // Rows around the posts go, which in a table of both would move the posts.
        try await store.trim(through: 90)
        let gone: [UInt64] = [1, 2, 3, 20, 21, 22, 59, 60]
        for number in gone { try await Self.redact(number, in: store) }
        try await Self.awaitNothing(of: gone, in: folder, store)
        try await Self.fill(store, 61...80)
        try await store.trim(through: 160)
        let later: [UInt64] = [5, 40, 41, 80]
        for number in later { try await Self.redact(number, in: store) }
        try await Self.awaitNothing(of: later, in: folder, store)
        let kept = (1...80).map { UInt64($0) }.filter { !(gone + later).contains($0) }
        #expect(try Self.found(1...80, in: folder) == kept)
        await store.close()
        #expect(try Self.found(1...80, in: folder) == kept)
        let again = try Store.open(folder: folder.path)
        let texts = try await again.log().map { (entry) -> String? in
            guard case .message(let message) = entry.event else { return nil }
            return message.text
        }
        let expected = (UInt64(1)...80).map { (number) -> String? in
            (gone + later).contains(number) ? nil : Self.text(number)
        }
        #expect(texts == expected)
        #expect(again.status().damagedRows == 0)
        await again.close()
    }

    @Test("sends go on while the log is emptied over and over, and none is lost")
    func busy() async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path, configuration: Self.configuration())
        try await store.prepare()
        try await Self.fill(store, 1...30)
        async let redactions: Void = {
            for number in UInt64(1)...30 {
                try await Self.redact(number, in: store)
                while try await store.log().isEmpty {}
            }
        }()
        for client in UInt64(10_000)..<10_600 { _ = try await store.send(client) }
        try await redactions
        let copy = try folder.copy()
        await store.close()
        for folder in [folder, copy] {
            let opened = try Store.open(folder: folder.path)
            let numbers = try await opened.drain().compactMap { $0.number?.rawValue }
            #expect(numbers == Array(1...660))
            #expect(opened.status().damagedRows == 0)
            await opened.close()
        }
        #expect(try Self.found(1...30, in: folder).isEmpty)
    }

    @Test("a crash at any moment leaves the message or its tombstone, and after a start nothing of the redacted stays")
    func crash() async throws {
        let folder = try TestFolder()
        // The log is left as it is, so that the copies are what a crash leaves.
        let store = try Store.open(
            folder: folder.path, configuration: Self.configuration(emptyingAfter: 600_000))
        try await store.prepare()
        try await Self.fill(store, 1...12)
        for number in UInt64(1)...12 {
            try await Self.redact(number, in: store)
            guard number % 3 == 0 else { continue }
            let copy = try folder.copy()
            #expect(try !Self.found(1...number, in: copy).isEmpty, "in the log that is written ahead")
            let opened = try Store.open(folder: copy.path, configuration: Self.configuration())
            let entries = try await opened.log()
            let deleted = entries.map { (entry) -> Bool in
                guard case .message(let message) = entry.event else { return false }
                return message.isDeleted
            }
            #expect(deleted == (UInt64(1)...12).map { $0 <= number })
            #expect(
                try await opened.read { (tables) throws(Problem) in
                    try tables.accepted(from: Sample.sender, clientID: Sample.client(number))
                }?.seq == SequenceNumber(number * 3 - 1))
            try await Self.awaitNothing(of: Array(1...number), in: copy, opened)
            #expect(try Self.found((number + 1)...13, in: copy) == Array((number + 1)..<13))
            await opened.close()
        }
        await store.close()
        #expect(try Self.found(1...12, in: folder).isEmpty)
    }

    @Test("a damaged message that expires is wiped")
    func damaged() async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path, configuration: Self.configuration())
        try await store.prepare()
        let end = Sample.start.adding(seconds: 5)
        let draft = Sample.post(1, text: Self.text(1), expiresAt: end)
        _ = try await store.write { (tables) throws(Problem) in try tables.append(draft) }
        await store.close()
        try folder.edit { (bytes) in
            let place = try #require(bytes.range(of: Data("canary-1-canary".utf8)))
            bytes[place.upperBound] ^= 1
        }
        let opened = try Store.open(folder: folder.path, configuration: Self.configuration())
        #expect(try await opened.log().isEmpty)
        try await opened.write { (tables) throws(Problem) in
            #expect(
                try tables.takeExpiredMessages(by: end, limit: 9)
                    == [MessagePlace(conversation: Sample.dm, seq: SequenceNumber(1))])
            #expect(try tables.redact(SequenceNumber(1), of: Sample.dm) == nil)
        }
        try await Self.awaitNothing(of: [1], in: folder, opened)
        #expect(try await opened.read { (tables) throws(Problem) in try !tables.hasExpiredMessages(by: end) })
        await opened.close()
        #expect(try Self.found([1], in: folder).isEmpty)
    }
}
