import Threads

/// Asks ffprobe and ffmpeg about recordings, one after the other, on a thread of its own behind a bounded queue.
///
/// One lock guards what waits; answers are given outside of it.
package final class RecordingLane: @unchecked Sendable {
    // Unchecked because the lock owns every `var`.
    /// What the programs made of one file, nothing of it checked but the numbers.
    struct Answer: Sendable {
        var facts: RecordingFacts
        /// A PNG that somebody else's encoder wrote; `nil` for sound alone.
        var poster: [UInt8]?
        /// Why there is no poster though there is a picture.
        var refusal: MediaRefusal?
    }

    private struct Entry: Sendable {
        let media: OpenMedia
        let head: RecordingFacts
        let wantsPoster: Bool
        let wantsWaveform: Bool
        let answer: @Sendable (Result<Answer, MediaRefusal>) -> Void
    }

    /// What has happened so far.
    package struct Counts: Equatable, Sendable {
        /// Processes, of which there are up to four for one file, and what they have computed.
        package var programs = 0
        package var processorMilliseconds = 0
        package var done = 0
        package var refused = 0
    }

    private let programs: MediaPrograms
    private let queueCountMax: Int
    private let lock = Lock()
    private var waiting: [Entry] = []
    private var isClosed = false
    private var hasEnded = false
    private var tally = Counts()

    /// - Parameter queueCountMax: of files that wait, beyond the one that is looked at. One more is refused as
    ///   ``MediaRefusal/busy``.
    package init(_ programs: MediaPrograms, queueCountMax: Int = 16) {
        (self.programs, self.queueCountMax) = (programs, queueCountMax)
        WorkerThread.start("media-recording") { [self] in work() }
    }

    /// A copy of the counters.
    package var counts: Counts { lock.withLock { tally } }

    /// - Throws: ``MediaRefusal``; ``MediaRefusal/busy`` at once when the queue is full.
    func look(
        at media: OpenMedia, _ head: RecordingFacts, wantsPoster: Bool, wantsWaveform: Bool
    ) async throws(MediaRefusal) -> Answer {
        let result = await withCheckedContinuation { (continuation) in
            let entry = Entry(
                media: media, head: head, wantsPoster: wantsPoster, wantsWaveform: wantsWaveform
            ) { continuation.resume(returning: $0) }
            if let refusal = add(entry) { continuation.resume(returning: .failure(refusal)) }
        }
        return try result.get()
    }

    /// Refuses what waits, ends the program that runs, and returns when it is gone.
    package func shutdown() {
        let left = lock.withLock {
            isClosed = true
            defer { waiting = [] }
            lock.broadcast()
            return waiting
        }
        for entry in left { entry.answer(.failure(.unavailable)) }
        lock.lock()
        while !hasEnded { lock.wait() }
        lock.unlock()
    }

    private func add(_ entry: Entry) -> MediaRefusal? {
        lock.withLock {
            guard !isClosed else { return .unavailable }
            guard waiting.count < queueCountMax else { return .busy }
            waiting.append(entry)
            lock.broadcast()
            return nil
        }
    }

    private func next() -> Entry? {
        lock.lock()
        defer { lock.unlock() }
        while waiting.isEmpty && !isClosed { lock.wait() }
        return waiting.isEmpty ? nil : waiting.removeFirst()
    }

    private func work() {
        while let entry = next() {
            let result = Result { () throws(MediaRefusal) in try look(at: entry) }
            lock.withLock {
                if case .success = result { tally.done += 1 } else { tally.refused += 1 }
            }
            entry.answer(result)
        }
        lock.withLock {
            hasEnded = true
            lock.broadcast()
        }
    }

    private func look(at entry: Entry) throws(MediaRefusal) -> Answer {
        let steps = RecordingSteps(
            programs: programs, file: entry.media.file, format: entry.head.format,
            isCancelled: { [self] in lock.withLock { isClosed } },
            spent: { [self] (milliseconds) in
                lock.withLock {
                    tally.programs += 1
                    tally.processorMilliseconds += milliseconds
                }
            })
        let streams = try Self.twice { () throws(MediaRefusal) in try steps.facts() }
        guard streams.picture != nil || streams.sound != nil else { throw .undecodable }
        var answer = Answer(facts: RecordingFacts(entry.head.format))
        answer.facts.durationMilliseconds = streams.durationMilliseconds ?? entry.head.durationMilliseconds
        answer.facts.size = streams.picture?.size
        if entry.wantsPoster, let picture = streams.picture {
            do {
                answer.poster = try Self.twice { () throws(MediaRefusal) in try steps.poster(streams, picture) }
            } catch {
                answer.refusal = error
            }
        }
        // A sound that cannot be decoded is no reason to lose the picture.
        if entry.wantsWaveform, let sound = streams.sound {
            do {
                let heard = try Self.twice { () throws(MediaRefusal) in try steps.waveform(sound) }
                answer.facts.waveform = heard.buckets
                answer.facts.durationMilliseconds = answer.facts.durationMilliseconds ?? heard.milliseconds
            } catch {
                if streams.picture == nil || error == .unavailable { throw error }
            }
        }
        return answer
    }

    /// Once more after a crash, which may have been the machine's fault.
    private static func twice<Value>(_ step: () throws(MediaRefusal) -> Value) throws(MediaRefusal) -> Value {
        do {
            return try step()
        } catch .crashed {
            return try step()
        }
    }
}
