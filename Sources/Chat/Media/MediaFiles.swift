public import Store
public import Wire

/// The files of media: read while their rows are there, and removed when these are gone.
public struct MediaFiles: Sendable {
    private let chat: ChatEngine
    private let blobs: BlobStore
    private static let rowsPerLook = 100

    init(chat: ChatEngine, blobs: BlobStore) {
        self.chat = chat
        self.blobs = blobs
    }

    /// Figures of the place for files.
    public var status: BlobStoreStatus { blobs.status() }

    /// Ends the threads behind it. Rows are the store's to close.
    public func close() async { await blobs.close() }

    /// Whether the disk may take more: the database needs what is left.
    /// - Throws: `storage-full`.
    public func checkRoom() throws(Problem) {
        if !blobs.hasRoom() { throw Problem(.full) }
    }

    /// The bytes of complete media, or of a thumbnail.
    public func reader(of blob: BlobID) async throws(Problem) -> BlobReader {
        do { return try await blobs.open(blob) } catch { throw Problem(error) }
    }

    /// The same of media whose rows are there, for whoever must know why it cannot be read.
    func open(_ row: MediaRow) async throws(BlobError) -> BlobReader { try await blobs.open(row.blob) }

    /// Removes the files whose rows are gone. Files that cannot be removed now stay for the next time.
    /// - Returns: how many went.
    @discardableResult
    public func bury() async -> Int {
        var count = 0
        while let doomed = try? await chat.look({ (look) throws(Problem) in
            try look.tables.rows(DoomedBlobRow.inOrder, limit: Self.rowsPerLook)
        }) {
            var gone: [BlobID] = []
            for row in doomed where (try? await blobs.remove(row.blob)) != nil { gone.append(row.blob) }
            if gone.isEmpty { break }
            let removed = gone
            let isNoted = try? await chat.commit { (turn) throws(Problem) in
                for blob in removed { try turn.tables.remove(DoomedBlobRow.byBlob, blob) }
                return true
            }
            count += gone.count
            if isNoted == nil || doomed.count < Self.rowsPerLook || gone.count < doomed.count { break }
        }
        return count
    }

    /// A file of bytes that we made; `nil` where there is no room, or it cannot be written.
    func store(_ bytes: [UInt8]) async -> BlobID? {
        let blob = BlobID.random(in: chat.shard)
        guard blobs.hasRoom(), let part = try? await blobs.begin(blob, UInt64(bytes.count)) else { return nil }
        var isStored = false
        if (try? await part.append(bytes)) != nil { isStored = (try? await part.finish(nil)) != nil }
        await part.release()
        return isStored ? blob : nil
    }
}

extension Problem {
    /// What a failure of the place for files means for whoever asked.
    public init(_ error: BlobError) {
        switch error {
        case .absent: self.init(.notFound, "There are no such media.")
        case .busy: self.init(.uploadLocked, "Wait until the other request has ended.", retryAfterSeconds: 1)
        case .tooLong: self.init(.bodyTooLarge, "More bytes than were declared.")
        case .incomplete: self.init(.uploadIncomplete, "Not all bytes are there.")
        case .otherDigest: self.init(.mediaHashMismatch, "Begin a new upload.")
        case .damaged: self.init(.mediaDamaged, "The bytes do not fit their digests, and are not given out.")
        case .full: self.init(.storageFull, "The disk is full; the upload can go on later.")
        case .overloaded: self.init(.overloaded, "Too many files are being moved.", retryAfterSeconds: 1)
        case .closed: self.init(.shuttingDown, "The server is closing.", retryAfterSeconds: 1)
        case .failing(let reason): self.init(.internalError, "A file cannot be written or read: \(reason).")
        }
    }
}
