package import Wire

/// What rows go with: whoever removes that removes them in the same command.
package struct Cascades: Sendable {
    package let ofConversation: Cascade<ConversationID>?
    /// A message that is deleted, or whose time is over.
    package let ofMessage: Cascade<Pair<ConversationID, SequenceNumber>>?
    package let ofMedia: Cascade<MediaID>?

    package init(
        ofConversation: Cascade<ConversationID>? = nil,
        ofMessage: Cascade<Pair<ConversationID, SequenceNumber>>? = nil, ofMedia: Cascade<MediaID>? = nil
    ) {
        self.ofConversation = ofConversation
        self.ofMessage = ofMessage
        self.ofMedia = ofMedia
    }
}

/// How the rows of a table that belong to something are found and removed, without their type.
package struct Cascade<Parent: Prefix>: Sendable {
    package let columnNames: [String]
    private let removal: @Sendable (Parent, Connection) throws(SQLiteError) -> Void

    /// All at once: for tables that have few rows for each parent.
    package init<Row, By>(_ index: Index<Row, Parent, By>) {
        columnNames = Array(index.columnNames.prefix(Parent.count))
        removal = { (parent, connection) throws(SQLiteError) in
            _ = try connection.removeAll(index, parent, limit: .max)
        }
    }

    /// The one row, where there is one.
    package init<Row>(_ lookup: Lookup<Row, Parent>) {
        columnNames = lookup.columnNames
        removal = { (parent, connection) throws(SQLiteError) in _ = try connection.remove(lookup, parent) }
    }

    /// The same, where a row may belong to none.
    package init<Row>(ifAny lookup: Lookup<Row, Parent?>) where Parent: Cell {
        columnNames = lookup.columnNames
        removal = { (parent, connection) throws(SQLiteError) in _ = try connection.remove(lookup, parent) }
    }

    /// Removes the rows that belong to `parent`.
    package func remove(_ parent: Parent, _ connection: Connection) throws(SQLiteError) {
        try removal(parent, connection)
    }
}
