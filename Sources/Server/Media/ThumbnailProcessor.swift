import Chat
import Media
import Store
import Synchronization
import Wire

/// The worker pool, begun with the first open upload: a worker takes a tenth of a second to start and 40 MB to wait,
/// which a server without open media need not spend.
actor ThumbnailWorkers {
    private let workerPath: String
    private var pool: WorkerPool?
    private var isClosed = false
    private let jobs = Atomic<UInt64>(0)

    /// Open media that were handed to a worker since the start.
    nonisolated var jobCount: UInt64 { jobs.load(ordering: .relaxed) }

    init(workerPath: String) { self.workerPath = workerPath }

    /// For one job; `nil` once it is closed.
    func thumbnailer() -> Thumbnailer? {
        if isClosed { return nil }
        jobs.add(1, ordering: .relaxed)
        let pool = pool ?? WorkerPool(.init(workerPath: workerPath))
        self.pool = pool
        return Thumbnailer(pool: pool)
    }

    /// Returns when the last worker is gone.
    func shutdown() {
        isClosed = true
        pool?.shutdown()
    }
}

extension MediaProcessor {
    /// Thumbnails by the worker pool: the bytes are checked, then lent to a worker by a descriptor that can only read.
    static func thumbnails(by workers: ThumbnailWorkers) -> MediaProcessor {
        MediaProcessor { (upload, reader) in
            await verdict(on: upload, reader, ThumbnailRequest(), by: workers)
        } makeJPEG: { (upload, reader, side) in
            guard side <= UInt64(ThumbnailRequest.sideMax) else { return .failed(MediaRefusal.tooLarge(.side).code) }
            let request = ThumbnailRequest(sides: [max(1, Int(side))], encoding: .jpeg, wantsPreview: false)
            return await verdict(on: upload, reader, request, by: workers)
        }
    }

    /// - Parameter upload: that the bytes are open: only of such media is there an `OpenUpload`.
    private static func verdict(
        on upload: OpenUpload, _ reader: BlobReader, _ request: ThumbnailRequest, by workers: ThumbnailWorkers
    ) async -> Verdict {
        // By the size alone: the bytes are read from the disk to check them.
        guard reader.blob.byteCount <= UInt64(MediaLimits().byteCountMax) else {
            return .failed(MediaRefusal.tooLarge(.bytes).code)
        }
        let whole: BlobPiece
        do throws(BlobError) {
            whole = try await reader.piece(0, reader.blob.byteCount)
        } catch {
            return Verdict(error)
        }
        guard case .file(let file, 0, let byteCount) = whole, let thumbnailer = await workers.thumbnailer() else {
            return .later
        }
        do throws(MediaRefusal) {
            let shared = try ReadOnlyFile(sharing: file.descriptor, byteCount: Int(clamping: byteCount))
            guard case .open(let media) = Upload(shared, declared: .open) else { return .failed("sealed") }
            return verdict(try await thumbnailer.thumbnails(of: media, request))
        } catch {
            return error.isPassing ? .later : .failed(error.code)
        }
    }

    private static func verdict(_ made: Thumbnails) -> Verdict {
        let variant: ThumbnailVariant = made.encoding == .jpeg ? .jpeg : .webp
        let stills = made.pictures.map { Made(side: $0.side, variant: variant, bytes: $0.bytes) }
        let preview = made.preview.map { Made(side: $0.side, variant: .preview, bytes: $0.bytes) }
        let info = PictureInfo(
            mediaType: made.facts.mediaType, width: UInt64(made.size.width), height: UInt64(made.size.height),
            thumbHash: made.thumbHash.bytes, thumbnails: Set(stills.map(\.side)).sorted(), preview: preview?.side)
        return .ready(info, stills + (preview.map { [$0] } ?? []))
    }
}

extension Picture {
    /// Pixels of the longer one.
    fileprivate var side: UInt64 { UInt64(size.longerSide) }
}
