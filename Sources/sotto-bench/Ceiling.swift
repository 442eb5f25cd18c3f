import Glibc

/// What the disk allows: a preallocated log that takes records in groups, each group one write and one fdatasync.
/// No server can accept durably faster than this; every rate is quoted against it.
struct Ceiling {
    static let recordsInFlight = 256
    static let headByteCount = 32
    private static let fileByteCount = 64 << 20

    var recordsPerSecond = 0.0
    var cpuMicrosecondsPerRecord = 0.0
    /// One group: write and fdatasync.
    var group = Histogram()
    /// One record by itself: write and fdatasync, what the disk adds to one message.
    var single = Histogram()

    /// Measures in `folder` for about `seconds`.
    init(in folder: String, bodyByteCount: Int, seconds: Double) throws(BenchError) {
        let file = try Self.open(in: folder)
        defer { close(file) }
        // As the server's commit thread: among busy threads an fdatasync takes milliseconds without it.
        Self.schedule(SCHED_RR, priority: 1)
        defer { Self.schedule(SCHED_OTHER, priority: 0) }
        let recordByteCount = bodyByteCount + Self.headByteCount
        let body = [UInt8](repeating: 0x5A, count: bodyByteCount)
        var records = [UInt8](repeating: 0, count: Self.recordsInFlight * recordByteCount)
        try repeatedly(for: seconds / 4, file, recordByteCount) { (offset, _) throws(BenchError) in
            try Self.append(file, records, recordByteCount, at: offset)
        } each: { single.add($0) }
        let start = (time: Monotonic.now(), cpu: Monotonic.threadCPU())
        var sequence: UInt64 = 0
        try repeatedly(for: seconds, file, records.count) { (offset, _) throws(BenchError) in
            for index in 0..<Self.recordsInFlight {
                sequence += 1
                Self.fill(&records, at: index * recordByteCount, body, sequence)
            }
            try Self.append(file, records, records.count, at: offset)
        } each: { group.add($0) }
        recordsPerSecond = Double(sequence) / Double(Monotonic.now() - start.time) * 1e9
        cpuMicrosecondsPerRecord = Double(Monotonic.threadCPU() - start.cpu) / Double(max(1, sequence)) / 1000
    }

    /// What one commit of the store writes, two pages, and its fdatasync, so many times a second. A disk that is left
    /// alone between two writes answers later than one that is kept busy.
    static func paced(in folder: String, perSecond: Int, seconds: Double) throws(BenchError) -> Histogram {
        let file = try open(in: folder)
        defer { close(file) }
        schedule(SCHED_RR, priority: 1)
        defer { schedule(SCHED_OTHER, priority: 0) }
        let pages = [UInt8](repeating: 0x5A, count: 16_384)
        var histogram = Histogram()
        let start = Monotonic.now()
        for round in 0..<Int(seconds * Double(perSecond)) {
            let due = start + UInt64(round) * 1_000_000_000 / UInt64(perSecond)
            let now = Monotonic.now()
            if due > now { usleep(UInt32((due - now) / 1000)) }
            let begin = Monotonic.now()
            try append(file, pages, pages.count, at: round * pages.count % fileByteCount)
            histogram.add(Monotonic.now() - begin)
        }
        return histogram
    }

    /// A preallocated file that is gone when it is closed.
    private static func open(in folder: String) throws(BenchError) -> Int32 {
        let path = "\(folder)/ceiling.log"
        let file = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .system("cannot make \(path)", errno: errno) }
        unlink(path)
        do {
            try preallocate(file)
        } catch {
            close(file)
            throw error
        }
        return file
    }

    /// Where the system allows it.
    private static func schedule(_ policy: Int32, priority: Int32) {
        var parameters = sched_param(sched_priority: priority)
        _ = pthread_setschedparam(pthread_self(), policy, &parameters)
    }

    private func repeatedly(
        for seconds: Double, _ file: Int32, _ byteCount: Int,
        _ append: (_ offset: Int, _ round: Int) throws(BenchError) -> Void, each: (UInt64) -> Void
    ) throws(BenchError) {
        let end = Monotonic.now() + UInt64(seconds * 1e9)
        var offset = 0
        var round = 0
        var before = Monotonic.now()
        while before < end {
            try append(offset, round)
            let now = Monotonic.now()
            each(now - before)
            before = now
            round += 1
            offset = offset + 2 * byteCount > Self.fileByteCount ? 0 : offset + byteCount
        }
    }

    /// Zeros that are written, not only promised, so that no append changes the file's own records.
    private static func preallocate(_ file: Int32) throws(BenchError) {
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        for _ in 0..<(fileByteCount >> 20) {
            let count = write(file, zeros, zeros.count)
            guard count == zeros.count else { throw .system("the disk is full", errno: errno) }
        }
        fsync(file)
    }

    private static func fill(_ records: inout [UInt8], at offset: Int, _ body: [UInt8], _ sequence: UInt64) {
        records.withUnsafeMutableBytes { (all) in
            all.storeBytes(of: sequence, toByteOffset: offset, as: UInt64.self)
            all.storeBytes(of: UInt64(body.count), toByteOffset: offset + 8, as: UInt64.self)
            UnsafeMutableRawBufferPointer(rebasing: all[(offset + headByteCount)...]).copyBytes(from: body)
        }
    }

    private static func append(_ file: Int32, _ bytes: [UInt8], _ count: Int, at offset: Int) throws(BenchError) {
        guard pwrite(file, bytes, count, offset) == count, fdatasync(file) == 0 else {
            throw .system("cannot append to the log", errno: errno)
        }
    }
}
