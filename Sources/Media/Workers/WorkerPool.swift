import Threads

/// Decodes open images in other processes: a bounded queue, and lanes that each own one worker.
///
/// A worker that dies, hangs or talks nonsense is killed and replaced; the image is tried once more with the new one,
/// then refused. Nothing of it reaches this process but bytes, which are checked.
package final class WorkerPool: Sendable {
    /// How many, how long, and where the program is.
    package struct Configuration: Sendable {
        /// The program `sotto-media`.
        package var workerPath: String
        /// Workers side by side; each takes a processor.
        package var laneCount = 1
        /// Images that wait, beyond those that are being decoded. One more is refused as ``MediaRefusal/busy``.
        package var queueCountMax = 64
        /// A worker is replaced after so many, whatever they left behind in it.
        package var imagesPerWorkerMax = 500
        /// Of one image at most, by the clock on the wall; see also ``processorMilliseconds(for:)``.
        package var deadlineMilliseconds = 10_000
        /// Until a new worker says that it is ready.
        package var startMilliseconds = 10_000

        package init(workerPath: String) { self.workerPath = workerPath }

        /// How long the worker may compute: a second and a half, and several times what so many pixels take.
        ///
        /// So a small file that keeps a decoder busy does not hold the lane for ten seconds.
        func processorMilliseconds(for job: ThumbnailJob) -> Int {
            let pixels = job.stored.width * job.stored.height * max(1, job.previewFrameCount)
            let nanosecondsPerPixel = job.format == .heif ? 500 : 80
            return min(deadlineMilliseconds, 1500 + pixels * nanosecondsPerPixel / 1_000_000)
        }
    }

    /// What has happened so far.
    package struct Counts: Equatable, Sendable {
        package var started = 0
        package var done = 0
        package var refused = 0
        package var crashed = 0
        package var timedOut = 0
        /// Those that live now, by process number.
        package var processes: [Int32] = []
        /// Version of Landlock in the last worker that was started; 0 for none.
        package var landlock = 0
        /// Whether the last worker that was started can decode HEIF.
        package var hasHEIF = false
    }

    private let queue: JobQueue

    /// Starts the lanes, and each lane its worker, without waiting for them.
    package init(_ configuration: Configuration) {
        precondition(configuration.laneCount >= 1, "a pool has a lane")
        precondition(configuration.imagesPerWorkerMax >= 1, "a worker decodes an image")
        let queue = JobQueue(countMax: configuration.queueCountMax, laneCount: configuration.laneCount)
        self.queue = queue
        for number in 0..<configuration.laneCount {
            WorkerThread.start("media-\(number)") {
                var lane = WorkerLane(configuration: configuration, queue: queue)
                lane.run()
            }
        }
    }

    deinit { queue.close() }

    /// Waits for a worker and its answer.
    /// - Throws: ``MediaRefusal``; ``MediaRefusal/busy`` at once when the queue is full.
    package func run(_ job: ThumbnailJob, on media: OpenMedia) async throws(MediaRefusal) -> ThumbnailAnswer {
        let queue = queue
        let result = await withCheckedContinuation { (continuation) in
            let isTaken = queue.add(.init(job: job, media: media) { continuation.resume(returning: $0) })
            if let refusal = isTaken { continuation.resume(returning: .failure(refusal)) }
        }
        return try result.get()
    }

    /// A copy of the counters.
    package var counts: Counts { queue.counts }

    /// Refuses what waits, lets the lanes finish what they decode, and returns when the last worker is gone.
    package func shutdown() { queue.closeAndWait() }
}
