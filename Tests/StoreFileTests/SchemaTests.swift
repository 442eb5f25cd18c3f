import Foundation
import SQLite
import Testing
import Wire

@testable import Store

@Suite("Schema")
struct SchemaTests {
    @Test("a file of another format is refused with one sentence, and left as it is")
    func otherFormat() async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path)
        try await store.prepare()
        await store.close()
        for found in [0, StoreSchema.format - 1, StoreSchema.format + 1] {
            try folder.execute("PRAGMA user_version = \(found)")
            #expect(throws: StoreError.otherFormat(file: "sotto.db", found: found, known: StoreSchema.format)) {
                try Store.open(folder: folder.path)
            }
        }
        try folder.execute("PRAGMA user_version = \(StoreSchema.format)")
        let again = try Store.open(folder: folder.path)
        let row = try await again.read { (tables) throws(Problem) in try tables.account(Sample.sender.account) }
        #expect(row != nil)
        await again.close()
    }

    @Test("every declared way to find rows is served by an index or the key, never by looking at all of them")
    func plans() throws {
        let folder = try TestFolder()
        try folder.execute(StoreSchema.creation)
        let connection = try Connection(path: folder.database, access: .readWrite)
        for table in StoreSchema.tables {
            for index in table.indexes {
                let plan = try connection.plan(index.sampleText)
                #expect(plan.contains { $0.hasPrefix("SEARCH") }, "\(table.name) by \(index.columnNames): \(plan)")
                #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(table.name) by \(index.columnNames): \(plan)")
            }
        }
    }

    @Test("a table that names an account says what becomes of it when the account is deleted")
    func erasures() {
        for table in StoreSchema.tables where table.columns.contains(where: { $0.valueType == AccountID.self }) {
            if case .nobody = table.erasure {
                // A media total's name is bytes; a device, a number.
                Issue.record("\(table.name) has accounts in it and says that it is about nobody")
            }
        }
    }

    @Test("docs/tables.md is what the declarations say")
    func page() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/tables.md").path
        if ProcessInfo.processInfo.environment["SOTTO_UPDATE"] != nil {
            try TablesPage.text.write(toFile: path, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == TablesPage.text)
    }

    @Test("names are used once: tables, and the columns of each")
    func names() {
        let tables = StoreSchema.tables.map(\.name)
        #expect(Set(tables).count == tables.count)
        for table in StoreSchema.tables {
            let names = table.columns.map(\.name)
            #expect(Set(names).count == names.count, "\(table.name)")
            #expect(!names.contains("digest"), "\(table.name)")
            #expect(!table.note.isEmpty, "\(table.name)")
        }
    }
}
