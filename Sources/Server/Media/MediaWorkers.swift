import Media
import Synchronization

/// What looks at open media in other processes, begun with the first open upload: a worker takes a tenth of a second to
/// start and 40 MB to wait, which a server without open media need not spend.
actor MediaWorkers {
    private let workerPath: String
    /// ffprobe and ffmpeg, or why there are none.
    private let programs: Result<MediaPrograms, MediaPrograms.Absence>
    private var pool: WorkerPool?
    private var lane: RecordingLane?
    private var isClosed = false
    private let jobs = Atomic<UInt64>(0)

    /// Open media that were handed to a worker since the start.
    nonisolated var jobCount: UInt64 { jobs.load(ordering: .relaxed) }

    /// - Parameter programsFolder: where ffprobe and ffmpeg are; empty for none.
    init(workerPath: String, programsFolder: String = "") {
        self.workerPath = workerPath
        programs = Result { () throws(MediaPrograms.Absence) in try MediaPrograms(folder: programsFolder) }
    }

    /// `nil` where nothing shall look at media.
    init?(_ configuration: ServerConfiguration) {
        guard let path = configuration.mediaWorkerPath else { return nil }
        self.init(workerPath: path, programsFolder: configuration.mediaProgramsFolder)
    }

    /// Why videos and sounds are not decoded; `nil` where they are.
    nonisolated var absence: MediaPrograms.Absence? {
        if case .failure(let absence) = programs { absence } else { nil }
    }

    /// For one image; `nil` once it is closed.
    func thumbnailer() -> Thumbnailer? {
        if isClosed { return nil }
        jobs.add(1, ordering: .relaxed)
        let pool = pool ?? WorkerPool(.init(workerPath: workerPath))
        self.pool = pool
        return Thumbnailer(pool: pool)
    }

    /// For one video or sound; `nil` once it is closed.
    func recordingReader() -> RecordingReader? {
        guard let thumbnailer = thumbnailer() else { return nil }
        if lane == nil, case .success(let programs) = programs { lane = RecordingLane(programs) }
        return RecordingReader(lane: lane, thumbnailer: thumbnailer)
    }

    /// Returns when the last worker and the last program are gone.
    func shutdown() {
        isClosed = true
        lane?.shutdown()
        pool?.shutdown()
    }
}

extension Log {
    /// Says once, at the start, why open videos and sounds are not decoded.
    func note(_ absence: MediaPrograms.Absence) {
        switch absence {
        case .off: break
        case .missing(let name): info("media.recordings.off", [("missing", .text(name))])
        case .noLandlock: warning("media.recordings.off", [("missing", .text("landlock"))])
        }
    }
}
