import SQLite

/// All tables of the store. Whoever adds one declares it in a file of `Rows/`; the list is printed.
package enum StoreSchema {
    /// A file with another one is refused: steps from one to the next begin with the first release.
    static let format = 104

    /// Everything that a new file is made with.
    static var creation: String {
        ([LogSchema.creation] + tables.flatMap(\.creation)).joined(separator: "\n")
    }

    /// What goes with a conversation, with a message of one, and with media.
    static let ofConversation = tables.compactMap(\.cascades.ofConversation)
    static let ofMessage = tables.compactMap(\.cascades.ofMessage)
    static let ofMedia = tables.compactMap(\.cascades.ofMedia)

    /// Checks that a file has these tables.
    static func check(_ connection: Connection) throws(StoreError) {
        let found: Int
        do throws(SQLiteError) {
            found = try connection.first("PRAGMA user_version") { Int($0.integer(0)) } ?? 0
        } catch {
            throw StoreFolder.error(error)
        }
        guard found == format else { throw .otherFormat(file: databaseName, found: found, known: format) }
    }
}
