import Store
import Testing
import Wire

@testable import SQLiteEngine

@Suite("Schema")
struct SchemaTests {
    @Test("a file of any earlier schema is taken up to the newest, with what is in it")
    func upgrades() async throws {
        for count in 1..<Schema.steps.count {
            let folder = try TestFolder()
            let account = AccountID(bytes: SixteenBytes(high: 1, low: 2))
            try folder.execute(Schema.steps[..<count].joined(separator: "\n;"))
            try folder.execute("PRAGMA user_version = \(count); PRAGMA journal_mode = WAL")
            try folder.execute(
                """
                INSERT INTO account (account, handle, signing_key, agreement_key, created_at, list_epoch,
                    list_signature, next_device)
                VALUES (x'00000000000000010000000000000002', 'alice', zeroblob(32), zeroblob(32), 5, 1, zeroblob(64), 2)
                """)
            let store = try SQLiteEngine.open(folder: folder.path)
            let row = try await store.read { (tables) throws(Problem) in try tables.account(account) }
            #expect(row?.handle.text == "alice")
            #expect(row?.deliveryTokenHash == nil)
            await store.close()
        }
    }

    @Test("every column says what kind of thing it holds")
    func classified() throws {
        let classes = ["id", "time", "counter", "hash", "public key", "sealed", "open text"]
        let schema = Schema.steps.joined(separator: "\n")
        var columnCount = 0
        for line in schema.split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            guard let name = words.first, words.count > 1, line.hasPrefix("    "), !name.hasPrefix("--"),
                name.first?.isLowercase == true
            else { continue }
            columnCount += 1
            let comment = try #require(line.split(separator: "-- ").last, "\(line)")
            #expect(line.contains("-- "), "\(line)")
            #expect(
                classes.contains { comment == $0 || comment.hasPrefix($0 + ":") || comment.hasPrefix($0 + " ") },
                "\(line)")
        }
        #expect(columnCount > 70)
    }

    @Test("a file of the first schema comes forward with what is in it, and gets a key log")
    func forward() async throws {
        let folder = try TestFolder()
        let old = try SQLiteEngine.open(folder: folder.path)
        try await old.prepare()
        _ = try await old.send(1)
        await old.close()
        try folder.execute(Self.goingBack(to: 1))
        let new = try SQLiteEngine.open(folder: folder.path)
        #expect(try await new.drain().count == 1)
        #expect(try await new.read { (tables) throws(Problem) in try tables.keyLogSize() } == 0)
        await new.close()
    }

    /// A file of the schema before `step`, with what `rows` puts into it.
    private func folder(before step: String, holding rows: String) throws -> TestFolder {
        let folder = try TestFolder()
        let count = try #require(Schema.steps.firstIndex(of: step))
        try folder.execute(Schema.steps[..<count].joined(separator: "\n;"))
        try folder.execute("PRAGMA user_version = \(count); PRAGMA journal_mode = WAL; \(rows)")
        return folder
    }

    @Test("media of before are charged as those of now, and the old key of signed addresses goes")
    func mediaCharges() async throws {
        let rows = [(1, "uploading", 10_000), (2, "ready", 20_000), (3, "ready", 1)].map { (number, state, byteCount) in
            """
            INSERT INTO media (media, blob, account, device, class, state, byte_count, lifetime, created_at,
                upload_hash, upload_expires_at, delete_hash)
            VALUES (zeroblob(\(number)), zeroblob(\(number)), x'\(Self.senderHex)', 1, 'sealed', '\(state)',
                \(byteCount), 'default', 0, zeroblob(\(number)), 0, x'01');
            """
        }
        let folder = try folder(
            before: Schema.mediaCharges,
            holding: rows.joined() + "INSERT INTO media_total VALUES (x'', 3, 30001);"
                + "INSERT INTO setting VALUES ('media-link-key', x'01');")
        let new = try SQLiteEngine.open(folder: folder.path)
        try await new.read { (tables) throws(Problem) in
            #expect(try tables.mediaTotals(of: nil) == MediaTotals(count: 3, byteCount: 20_000 + 2 * 4_096))
            #expect(
                try tables.mediaTotals(of: Sample.sender.account) == MediaTotals(count: 3, byteCount: 30_000 + 4_096))
            #expect(try tables.setting("media-link-key") == nil)
        }
        await new.close()
    }

    private static var senderHex: String {
        Sample.sender.account.bytes.array.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test("thumbnails of before are there as what they were made as")
    func thumbnailVariants() async throws {
        let folder = try folder(
            before: Schema.thumbnailVariants,
            holding: """
                INSERT INTO thumbnail VALUES (x'00000000000000010000000000000001', 96,
                    x'00000000000000020000000000000001', 'image/webp');
                INSERT INTO thumbnail VALUES (x'00000000000000010000000000000001', 320,
                    x'00000000000000020000000000000002', 'image/jpeg');
                """)
        let new = try SQLiteEngine.open(folder: folder.path)
        let media = MediaID(bytes: SixteenBytes(high: 1, low: 1))
        let rows = try await new.read { (tables) throws(Problem) in try tables.thumbnails(of: media) }
        #expect(
            rows == [
                ThumbnailRow(
                    media: media, side: 96, variant: .webp, blob: BlobID(bytes: SixteenBytes(high: 2, low: 1))),
                ThumbnailRow(
                    media: media, side: 320, variant: .jpeg, blob: BlobID(bytes: SixteenBytes(high: 2, low: 2))),
            ])
        await new.close()
    }

    @Test("entries of before move to a table of their own, with all they say")
    func entries() async throws {
        let folder = try TestFolder()
        let old = try SQLiteEngine.open(folder: folder.path)
        try await old.prepare()
        for client in 1...40 {
            _ = try await old.send(UInt64(client))
            let draft = Sample.post(UInt64(100 + client), text: String(repeating: "\(client) ", count: client * 200))
            _ = try await old.write { (tables) throws(Problem) in try tables.append(draft) }
        }
        let before = try await old.log()
        await old.close()
        let step = try #require(Schema.steps.firstIndex(of: Schema.entryRecords))
        try folder.execute(
            "INSERT INTO log SELECT row, record FROM entry_record; " + Self.goingBack(to: step))
        let new = try SQLiteEngine.open(folder: folder.path)
        #expect(before.count == 40)
        #expect(try await new.log() == before)
        #expect(try await new.drain().count == 40)
        #expect(new.status().storedRows == 80 && new.status().damagedRows == 0)
        let next = try await new.send(41)
        #expect(next.seq == SequenceNumber(81))
        await new.close()
    }

    /// Takes the tables and columns of later steps away. Columns of later tables go with them.
    private static func goingBack(to count: Int) -> String {
        let steps = Schema.steps.dropFirst(count).joined()
        let tables = steps.matches(of: /CREATE TABLE (\w+)/).map { String($0.1) }
        let columns = steps.matches(of: /ALTER TABLE (\w+) ADD COLUMN\s+(\w+)/).filter {
            !tables.contains(String($0.1))
        }.map { "ALTER TABLE \($0.1) DROP COLUMN \($0.2);" }
        let indices = steps.matches(of: /CREATE (UNIQUE )?INDEX (\w+)/).map { "DROP INDEX IF EXISTS \($0.2);" }
        return (indices + tables.map { "DROP TABLE IF EXISTS \($0);" } + columns).joined()
            + "PRAGMA user_version = \(count)"
    }
}
