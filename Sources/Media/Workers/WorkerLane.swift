/// One worker and the thread that owns it: takes an image, waits for its answer, replaces the worker when it must.
struct WorkerLane: ~Copyable {
    private let configuration: WorkerPool.Configuration
    private let queue: JobQueue
    private var worker: WorkerProcess?

    init(configuration: WorkerPool.Configuration, queue: JobQueue) {
        self.configuration = configuration
        self.queue = queue
    }

    /// Until the queue is closed.
    mutating func run() {
        // The first image need not wait for a start; a failure shows itself when there is an image.
        try? ensureWorker()
        while let entry = queue.take() {
            queue.answer(entry, result(of: entry))
            try? ensureWorker()
        }
        discard()
        queue.laneEnded()
    }

    private mutating func result(of entry: JobQueue.Entry) -> Result<ThumbnailAnswer, MediaRefusal> {
        do {
            return .success(try decode(entry))
        } catch {
            return .failure(error)
        }
    }

    /// Twice at most: the second time with a worker that has seen nothing else.
    private mutating func decode(_ entry: JobQueue.Entry) throws(MediaRefusal) -> ThumbnailAnswer {
        do {
            return try attempt(entry)
        } catch .crashed {
            return try attempt(entry)
        }
    }

    private mutating func attempt(_ entry: JobQueue.Entry) throws(MediaRefusal) -> ThumbnailAnswer {
        try ensureWorker()
        let reply: WorkerReply
        do {
            guard let answered = try worker?.run(
                entry.job, on: entry.media.file,
                processorMilliseconds: configuration.processorMilliseconds(for: entry.job),
                milliseconds: configuration.deadlineMilliseconds)
            else { throw WorkerProcess.Failure.died }
            reply = answered
        } catch WorkerProcess.Failure.late {
            discard()
            queue.count { $0.timedOut += 1 }
            throw .timedOut
        } catch WorkerProcess.Failure.nonsense {
            discard()
            throw .badOutput
        } catch {
            discard()
            queue.count { $0.crashed += 1 }
            throw .crashed
        }
        switch reply {
        case .done(let answer): return answer
        case .refused(.contradictory, _): throw .contradictory
        case .refused(.unsupported, _): throw .unsupported(.noDecoder)
        case .refused(.undecodable, _), .refused(.badJob, _): throw .undecodable
        case .ready:
            discard()
            throw .badOutput
        }
    }

    /// A worker that has decoded less than its share.
    private mutating func ensureWorker() throws(MediaRefusal) {
        if let count = worker?.imageCount, count >= configuration.imagesPerWorkerMax { discard() }
        guard worker == nil else { return }
        let started = try WorkerProcess(
            path: configuration.workerPath, startMilliseconds: configuration.startMilliseconds)
        let (process, landlock, hasHEIF) = (started.process, started.landlock, started.hasHEIF)
        worker = consume started
        queue.count { (counts) in
            counts.started += 1
            counts.processes.append(process)
            (counts.landlock, counts.hasHEIF) = (landlock, hasHEIF)
        }
    }

    private mutating func discard() {
        guard let process = worker?.process else { return }
        worker = nil
        queue.count { $0.processes.removeAll { $0 == process } }
    }
}
