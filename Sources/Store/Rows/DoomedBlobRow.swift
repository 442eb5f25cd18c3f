package import SQLite

/// A file that is to go: its rows went in an earlier transaction.
package struct DoomedBlobRow: TableRow {
    package var blob: BlobID

    package init(blob: BlobID) {
        self.blob = blob
    }

    package static let table = Table(
        "doomed_blob", "Files that are to go: their rows went in an earlier transaction.", key: 1,
        Column("blob", \.blob, .id, "of the file")
    ) { DoomedBlobRow(blob: $0) }

    package static let byBlob = Lookup(\DoomedBlobRow.blob)
    package static let inOrder = Index(by: \DoomedBlobRow.blob)
    package static let indexes: [any RowIndex] = [byBlob, inOrder]
    package static let erasure = Erasure.nobody
}
