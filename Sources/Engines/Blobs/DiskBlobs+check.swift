public import Store

extension DiskBlobs {
    /// Reads a stored blob whole, from beside whatever server runs on the folder, and changes nothing.
    /// - Parameter expected: what it should be; `nil` where nobody knows.
    /// - Returns: what is wrong with its file, as what follows "the file"; `nil` where nothing is.
    public static func flaw(of blob: BlobID, in folder: String, expected: StoredBlob?) -> String? {
        do throws(BlobError) {
            let reader = try DiskReader(blob, in: BlobFolder(existing: folder))
            _ = try reader.piece(at: 0, byteCount: reader.blob.byteCount)
            return expected == nil || expected == reader.blob ? nil : "has other bytes than its row says"
        } catch {
            switch error {
            case .absent: return "is not there"
            case .damaged: return "is damaged"
            case .failing(let reason): return "cannot be read: \(reason)"
            case .busy, .tooLong, .incomplete, .otherDigest, .full, .overloaded, .closed: return "cannot be read"
            }
        }
    }
}
