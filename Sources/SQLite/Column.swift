/// What kind of thing a column holds. Every column says so, and what the server can know is read from it.
package enum ColumnClass: String, Sendable, CaseIterable {
    /// A random or numbered name.
    case id
    case time
    /// Numbers, flags and words that the server itself counts or sets.
    case counter
    case hash
    /// With its signatures.
    case publicKey = "public key"
    /// Ciphertext to the server.
    case sealed
    /// Readable, by choice of those who wrote it.
    case openText = "open text"
}

/// One column of a table: a name, where in the row its value is, and what kind of thing that is.
package struct Column<Row, Value: Cell>: Sendable {
    let name: String
    let path: any KeyPath<Row, Value> & Sendable
    let facts: ColumnFacts

    /// - Parameter note: what else there is to say of it.
    package init(
        _ name: String, _ path: any KeyPath<Row, Value> & Sendable, _ columnClass: ColumnClass, _ note: String = ""
    ) {
        self.name = name
        self.path = path
        facts = ColumnFacts(
            name: name, columnClass: columnClass, note: note, storage: Value.storage, isOptional: Value.isOptional,
            valueType: Value.self)
    }
}

/// What can be said of a column without its row.
package struct ColumnFacts: Sendable {
    package let name: String
    package let columnClass: ColumnClass
    package let note: String
    package let storage: CellStorage
    package let isOptional: Bool
    package let valueType: any Cell.Type

    /// As it stands in the schema.
    var definition: String { "\(name) \(storage.rawValue)\(isOptional ? "" : " NOT NULL")" }
}
