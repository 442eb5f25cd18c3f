package import SQLite

/// A value of the server's own, under a name of its own.
package struct SettingRow: TableRow {
    package var name: String
    package var value: [UInt8]

    /// Stands in a store that was founded until what is drawn once and never again, such as the server's key, was
    /// drawn. Where it does not stand, what is missing is lost.
    package static let foundingName = "founding"

    package init(name: String, value: [UInt8]) {
        self.name = name
        self.value = value
    }

    package static let table = Table(
        "setting", "The server's own values.", key: 1,
        Column("name", \.name, .openText, "the server's own"),
        Column("value", \.value, .openText, "the server's own")
    ) { SettingRow(name: $0, value: $1) }

    package static let byName = Lookup(\SettingRow.name)
    package static let indexes: [any RowIndex] = [byName]
    package static let erasure = Erasure.nobody
}
