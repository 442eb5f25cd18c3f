import SQLite
public import Wire

/// The files that a store's rows say are complete: media that came whole, and the pictures made of them. A page at a
/// time, each as of a moment of its own, so that looking at the files holds nothing up in a server that runs meanwhile.
public final class NamedFiles {
    /// One of them, with what is known of it.
    public struct File: Sendable, Equatable {
        /// The media whose bytes it has, or of which it is a picture.
        public let media: MediaID
        public let blob: BlobID
        public let isPicture: Bool
        /// What the row says of its bytes; `nil` of pictures.
        public let stored: StoredBlob?
    }

    private static let pageCount = 256

    private let connection: Connection
    private var states: [MediaState] = [.processing, .ready]
    private var last: MediaID?

    /// - Throws: ``StoreError`` where there is no store that could be opened.
    public init(folder: String) throws(StoreError) {
        do throws(SQLiteError) {
            connection = try StoreFolder.look(in: folder)
        } catch {
            throw StoreFolder.error(error)
        }
    }

    /// The files of the next rows; none at the end.
    /// - Throws: ``StoreError/damaged(file:reason:)`` for a row that does not fit its digest.
    public func next() throws(StoreError) -> [File] {
        do throws(SQLiteError) {
            while let state = states.first {
                let rows = try page(state)
                last = rows.last?.media
                if rows.isEmpty {
                    states.removeFirst()
                    continue
                }
                var files: [File] = []
                for row in rows { files += try self.files(of: row) }
                return files
            }
            return []
        } catch {
            throw StoreFolder.error(error)
        }
    }

    /// Whether a row still says so: what is deleted goes with its file.
    public func isNamed(_ file: File) throws(StoreError) -> Bool {
        do throws(SQLiteError) {
            if file.isPicture { return try connection.row(ThumbnailRow.byBlob, file.blob) != nil }
            return try connection.row(MediaRow.byBlob, file.blob) != nil
        } catch {
            throw StoreFolder.error(error)
        }
    }

    private func page(_ state: MediaState) throws(SQLiteError) -> [MediaRow] {
        guard let last else { return try connection.rows(MediaRow.inState, state, limit: Self.pageCount) }
        return try connection.rows(MediaRow.inState, state, after: last, limit: Self.pageCount)
    }

    private func files(of row: MediaRow) throws(SQLiteError) -> [File] {
        let stored = row.sha256.map { StoredBlob(byteCount: row.byteCount, sha256: $0) }
        let original = File(media: row.media, blob: row.blob, isPicture: false, stored: stored)
        return try [original] + connection.rows(ThumbnailRow.ofMedia, row.media, limit: .max).map {
            File(media: row.media, blob: $0.blob, isPicture: true, stored: nil)
        }
    }
}
