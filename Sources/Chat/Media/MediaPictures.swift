public import Store
public import Wire

/// Pictures of open media, as they are asked for.
public final class MediaPictures: Sendable {
    private let chat: ChatEngine
    private let files: MediaFiles
    private let orphans: OrphanFiles
    private let processor: MediaProcessor?
    private let lateJPEGs = LateJPEGs()

    init(chat: ChatEngine, files: MediaFiles, orphans: OrphanFiles, processor: MediaProcessor?) {
        self.chat = chat
        self.files = files
        self.orphans = orphans
        self.processor = processor
    }

    /// The picture that meets a wish, which is made first where it must be.
    /// - Parameter row: of media that the caller may see.
    /// - Throws: `requires-open-mode` for sealed media; `media-not-ready` where there is no picture; `overloaded`.
    public func picture(_ wish: PictureWish, of row: MediaRow) async throws(Problem) -> ThumbnailRow {
        guard row.mediaClass == .open else {
            throw Problem(.requiresOpenMode, "The server cannot see sealed media.")
        }
        let pictures = try await chat.look { (look) throws(Problem) in
            try look.tables.rows(ThumbnailRow.ofMedia, row.media, limit: .max)
        }
        switch wish.answer(from: pictures) {
        case .stored(let picture): return picture
        case .nothing: throw Problem(.mediaNotReady, "There is no picture; `info` says why.")
        case .make(let side):
            return try await lateJPEGs.picture(LateJPEGs.Key(media: row.media, side: side)) { [self] in
                await makeJPEG(of: row, side: side)
            }
        }
    }

    private func makeJPEG(of row: MediaRow, side: UInt64) async -> LateJPEGs.Outcome {
        do throws(Problem) {
            // It may have been made between the look and the turn to make it.
            let pictures = try await chat.look { (look) throws(Problem) in
                try look.tables.rows(ThumbnailRow.ofMedia, row.media, limit: .max)
            }
            let wish = PictureWish(size: side, type: .jpeg)
            if case .stored(let picture) = wish.answer(from: pictures) { return .made(picture) }
            guard let processor, let upload = OpenUpload(row) else { return .refused("unavailable") }
            guard orphans.areSwept else { return .failed(Self.wait) }
            return try await keep(await verdict(on: upload, row, side: side, by: processor), of: row, side: side)
        } catch {
            return .failed(error)
        }
    }

    private func verdict(
        on upload: OpenUpload, _ row: MediaRow, side: UInt64, by processor: MediaProcessor
    ) async -> MediaProcessor.Verdict {
        do throws(BlobError) {
            return await processor.makeJPEG(upload, try await files.open(row), side)
        } catch {
            return MediaProcessor.Verdict(error)
        }
    }

    private func keep(
        _ verdict: MediaProcessor.Verdict, of row: MediaRow, side: UInt64
    ) async throws(Problem) -> LateJPEGs.Outcome {
        switch verdict {
        case .failed(let reason), .halfRead(_, let reason): return .refused(reason)
        case .later: return .failed(Self.wait)
        case .ready(_, let made), .recorded(_, _, let made):
            guard let picture = made.first else { return .refused("bad-output") }
            guard let blob = await files.store(picture.bytes) else { return .failed(Problem(.full)) }
            let thumbnail = ThumbnailRow(media: row.media, side: side, variant: .jpeg, blob: blob)
            let isKept = try await chat.commit { (turn) throws(Problem) in try turn.keepPicture(thumbnail) }
            if isKept { return .made(thumbnail) }
            await files.bury()
            return .failed(Turn.noMedia)
        }
    }

    private static var wait: Problem {
        Problem(.overloaded, "The picture cannot be made at this moment.", retryAfterSeconds: 2)
    }
}

extension Turn {
    /// Keeps a picture that was made of ready media later on.
    /// - Returns: `false` when the media went meanwhile: then its blob is doomed.
    func keepPicture(_ row: ThumbnailRow) throws(Problem) -> Bool {
        guard let media = try tables.row(MediaRow.byID, row.media), media.state == .ready else {
            try tables.put(DoomedBlobRow(blob: row.blob))
            return false
        }
        try tables.put(row)
        return true
    }
}
