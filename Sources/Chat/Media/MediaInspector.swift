import Store
import Threads
import Wire

/// Looks at open media that became complete: a few at a time, and a bounded number of times each.
public final class MediaInspector: @unchecked Sendable {
    // Unchecked because the fields that change are guarded by `lock`.
    private let chat: ChatEngine
    private let files: MediaFiles
    private let orphans: OrphanFiles
    private let processor: MediaProcessor?
    private let lock = Lock()
    private var inProcess: Set<MediaID> = []
    /// How often media were looked at that still wait.
    private var attempts: [MediaID: Int] = [:]
    /// Open media that are looked at at the same time.
    private static let inProcessMax = 8
    /// Looks at media before they are given up: about five minutes.
    static let attemptsMax = 20

    init(chat: ChatEngine, files: MediaFiles, orphans: OrphanFiles, processor: MediaProcessor?) {
        self.chat = chat
        self.files = files
        self.orphans = orphans
        self.processor = processor
    }

    /// Whether anything looks at media here.
    var isThere: Bool { processor != nil }

    /// Media that are looked at at this moment.
    var inProcessCount: Int { lock.withLock { inProcess.count } }

    /// Goes on with open media that wait, such as those of before a restart: those first that were tried least, so
    /// that none keep others waiting.
    public func resume() async {
        guard processor != nil else { return }
        let limit = lock.withLock { attempts.count } + Self.inProcessMax
        let rows = try? await chat.look { (look) throws(Problem) in
            try look.tables.rows(MediaRow.inState, .processing, limit: limit)
        }
        guard let rows else { return }
        let tried = lock.withLock {
            // All that wait are in hand: what is not among them has gone.
            if rows.count < limit {
                let waiting = Set(rows.map(\.media))
                attempts = attempts.filter { waiting.contains($0.key) }
            }
            return attempts
        }
        for row in rows.sorted(by: { tried[$0.media, default: 0] < tried[$1.media, default: 0] }) { inspect(row) }
    }

    /// Starts looking at open media; those beyond the bound wait for the next sweep.
    func inspect(_ row: MediaRow) {
        guard let processor, let upload = OpenUpload(row), orphans.areSwept else { return }
        let isTaken = lock.withLock {
            inProcess.count < Self.inProcessMax && inProcess.insert(row.media).inserted
        }
        guard isTaken else { return }
        // The sweep is its parent in spirit: it begins again what did not end.
        Task {
            await judge(upload, row, by: processor)
            _ = lock.withLock { inProcess.remove(row.media) }
        }
    }

    private func judge(_ upload: OpenUpload, _ row: MediaRow, by processor: MediaProcessor) async {
        var verdict = await look(at: upload, row, by: processor)
        var thumbnails: [ThumbnailRow] = []
        for picture in verdict.made {
            guard let blob = await files.store(picture.bytes) else {
                verdict = .later
                break
            }
            thumbnails.append(
                ThumbnailRow(media: row.media, side: picture.side, variant: picture.variant, blob: blob))
        }
        if isGivenUp(row.media, after: verdict) { verdict = .failed("unavailable") }
        let (decided, pictures) = (verdict, thumbnails)
        _ = try? await chat.commit { (turn) throws(Problem) in
            try turn.judged(row.media, decided, thumbnails: pictures)
        }
        await files.bury()
    }

    private func look(
        at upload: OpenUpload, _ row: MediaRow, by processor: MediaProcessor
    ) async -> MediaProcessor.Verdict {
        do throws(BlobError) {
            return await processor.process(upload, try await files.open(row))
        } catch {
            return MediaProcessor.Verdict(error)
        }
    }

    /// Counts the looks at media that still wait.
    private func isGivenUp(_ media: MediaID, after verdict: MediaProcessor.Verdict) -> Bool {
        lock.withLock {
            guard case .later = verdict else {
                attempts[media] = nil
                return false
            }
            attempts[media, default: 0] += 1
            guard attempts[media, default: 0] >= Self.attemptsMax else { return false }
            attempts[media] = nil
            return true
        }
    }
}
