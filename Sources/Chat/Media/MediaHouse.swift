public import Store

/// Media, where rows and files meet: each idea a part of its own, wired here.
///
/// A row goes before its file and comes before it: a crash in between leaves an upload to resume or a file to sweep,
/// never a row that promises bytes that are not there. Files that we make ourselves come before their rows, so none is
/// made before ``orphans`` were swept.
public struct MediaHouse: Sendable {
    /// Uploads while they come.
    public let uploads: MediaUploads
    /// What is read, kept and removed.
    public let files: MediaFiles
    /// Looks at open media that became complete.
    public let inspector: MediaInspector
    /// Pictures of open media, as they are asked for.
    public let pictures: MediaPictures
    /// Files that no row knows of.
    public let orphans: OrphanFiles

    /// - Parameter processor: what looks at open media; without one they are ready as they are.
    public init(chat: ChatEngine, blobs: BlobStore, bounds: MediaBounds, processor: MediaProcessor?) {
        files = MediaFiles(chat: chat, blobs: blobs)
        orphans = OrphanFiles(chat: chat, blobs: blobs)
        inspector = MediaInspector(chat: chat, files: files, orphans: orphans, processor: processor)
        pictures = MediaPictures(chat: chat, files: files, orphans: orphans, processor: processor)
        uploads = MediaUploads(chat: chat, blobs: blobs, bounds: bounds, files: files, inspector: inspector)
    }
}
