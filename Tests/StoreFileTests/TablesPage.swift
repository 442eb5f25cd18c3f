import SQLite

@testable import Store

/// The page of all tables, `docs/tables.md`, as the declarations say it.
enum TablesPage {
    static var text: String {
        let head = """
            # What stands in the store

            Printed from the declarations in `Sources/Store/Rows` by `SOTTO_UPDATE=1 swift test --filter SchemaTests`; \
            a test holds it to them. Every column says what kind of thing it is: *id* (a random or numbered name), \
            *time*, *counter* (numbers, flags and words that the server itself counts or sets), *hash*, *public key* \
            (with its signatures), *sealed* (ciphertext to the server), *open text* (readable, by choice of those who \
            wrote it). There is no column for the plaintext of a sealed conversation. Every row carries a digest of \
            its key and columns; `sottod verify` checks them all.

            Two more tables hold the log, `log` and `entry_record`: a number, and a record that `LogRecord` draws. It \
            is *sealed* in sealed conversations, *open text* in open ones.
            """
        let tables = StoreSchema.tables.sorted { $0.name < $1.name }.map(section)
        return ([head] + tables + ["## As SQLite has it\n\n```sql\n\(StoreSchema.creation)\n```"])
            .joined(separator: "\n\n") + "\n"
    }

    private static func section(_ table: TableDeclaration) -> String {
        var lines = ["## \(table.name)", "", table.note, "", "| column | kept as | class | |", "|---|---|---|---|"]
        for column in table.columns {
            let kept = column.storage.rawValue.lowercased() + (column.isOptional ? ", or nothing" : "")
            let name = table.keyNames.contains(column.name) ? "**\(column.name)**" : column.name
            lines.append("| \(name) | \(kept) | \(column.columnClass.rawValue) | \(column.note) |")
        }
        let found = table.indexes.map { ($0.isUnique ? "one by " : "in order of ") + names($0.columnNames) }
        lines += ["", "Found: \(found.isEmpty ? "by its key" : found.joined(separator: "; "))."]
        if let expiry = table.expiry { lines.append("Rows end \(expiry.note).") }
        let cascades = [
            table.cascades.ofConversation.map { "their conversation, by \(names($0.columnNames))" },
            table.cascades.ofMessage.map { "their message, by \(names($0.columnNames))" },
            table.cascades.ofMedia.map { "their media, by \(names($0.columnNames))" },
        ].compactMap { $0 }
        if !cascades.isEmpty { lines.append("Rows go with \(cascades.joined(separator: "; with ")).") }
        if let erasure = erasure(table.erasure) { lines.append("When an account is deleted: \(erasure).") }
        return lines.joined(separator: "\n")
    }

    private static func names(_ columns: [String]) -> String { columns.map { "`\($0)`" }.joined(separator: ", ") }

    private static func erasure(_ erasure: Erasure) -> String? {
        switch erasure {
        case .nobody: nil
        case .byAccount(let index): "rows go by \(names(Array(index.columnNames.prefix(1))))"
        case .along(let other): "rows go with \(other)"
        case .stays(let why): "rows stay, since \(why)"
        }
    }
}
