import Glibc
public import Wire

/// How the SQLite engine weighs memory, disk and time. The defaults suit a machine with 2 cores and 2 GB.
public struct StoreConfiguration: Sendable {
    /// Log rows that are indexed in memory before they are written, sorted, into the tables.
    public var flushRowCount = 65_536
    /// How long nothing must happen before what is in memory is flushed.
    public var idleMilliseconds = 1_000
    /// At least this long from one idle flush to the next.
    public var idleFlushSpacingMilliseconds = 5_000
    /// Time that flushing may add to one batch.
    public var sliceMicroseconds = 1_000
    /// Client ids in one run of remembered sends; two bytes of memory for each.
    public var acceptedRunCount = 1_048_576
    /// A flush with at least so many client ids packs them into a list.
    public var acceptedListCountMin = 4_096
    /// A run takes no more ids after this long, so that it can be forgotten as a whole.
    public var acceptedRunSeconds: UInt64 = 6 * 3600
    /// Rows of each kind that the writer keeps at hand.
    public var cachedRowCount = 32_768
    /// Threads that answer queries.
    public var readerCount = 2
    /// Queries that may wait for a reader.
    public var queuedQueryCount = 8_192
    /// Commands that may wait for the writer, and the bytes they may hold.
    public var queuedCommandCount = 65_536
    public var queuedByteCount = 256 << 20
    /// Commands in one transaction.
    public var batchCommandCount = 1_024
    /// Size of the write-ahead log from which it is copied back in the background.
    public var checkpointByteCount = 32 << 20
    /// The write-ahead log is made so long at the start, with zeros, where the disk has room to spare: syncing a file
    /// that does not grow is quicker, and steadier. 0 leaves it to grow.
    public var logByteCountAhead = 0
    /// How long what was redacted may stand in the write-ahead log before all of it is copied back and emptied.
    public var redactionMilliseconds = 20_000
    /// From one check of the whole store to the next, and how long no command must have come before one begins.
    public var checkSpacingMilliseconds = 300_000
    public var checkIdleMilliseconds = 2_000
    /// Size of the write-ahead log at which the writer waits until it can start over.
    public var walByteCountMax = 512 << 20
    /// The database file grows no larger than this; beyond it the store is full. `nil` leaves it to the disk.
    public var fileByteCountMax: Int?

    /// What is to stay free on the disk at least, beside a twentieth of it: below that ``Growth`` is refused, step by
    /// step. `nil` leaves it to the disk.
    public var floorByteCount: UInt64?
    /// Space that is taken at the start, and given up when the disk is full, for what makes room. With a floor only.
    public var reserveByteCount = 0

    /// What time it is when the store is founded.
    public var clock: @Sendable () -> Timestamp = StoreConfiguration.wallClock

    /// What a new store is founded as; `nil` draws one. An old one that is another is refused.
    public var shard: Shard?

    public init() {}

    private static let wallClock: @Sendable () -> Timestamp = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: UInt64(max(0, time.tv_sec)) * 1_000 + UInt64(time.tv_nsec) / 1_000_000)
    }

    func validate() throws(StoreError) {
        func require(_ condition: Bool, _ setting: String, _ allowed: String) throws(StoreError) {
            if !condition { throw .configuration(setting: setting, allowed: allowed) }
        }
        try require((1...1 << 22).contains(flushRowCount), "flushRowCount", "1 to 4194304")
        try require((1...86_400_000).contains(idleMilliseconds), "idleMilliseconds", "1 to 86400000")
        try require(
            (0...86_400_000).contains(idleFlushSpacingMilliseconds), "idleFlushSpacingMilliseconds", "0 to 86400000")
        try require((1...1_000_000).contains(sliceMicroseconds), "sliceMicroseconds", "1 to 1000000")
        try require((1...86_400_000).contains(redactionMilliseconds), "redactionMilliseconds", "1 to 86400000")
        try require(
            (1...86_400_000).contains(checkSpacingMilliseconds), "checkSpacingMilliseconds", "1 to 86400000")
        try require((1...86_400_000).contains(checkIdleMilliseconds), "checkIdleMilliseconds", "1 to 86400000")
        try require((0...1 << 40).contains(logByteCountAhead), "logByteCountAhead", "0 to 1 TiB")
        try require((16...1 << 24).contains(acceptedRunCount), "acceptedRunCount", "16 to 16777216")
        try require((1...1 << 24).contains(acceptedListCountMin), "acceptedListCountMin", "1 to 16777216")
        try require((1...86_400).contains(acceptedRunSeconds), "acceptedRunSeconds", "1 to 86400")
        try require((1...1 << 24).contains(cachedRowCount), "cachedRowCount", "1 to 16777216")
        try require((1...64).contains(readerCount), "readerCount", "1 to 64")
        try require((1...1 << 20).contains(queuedQueryCount), "queuedQueryCount", "1 to 1048576")
        try require((1...1 << 20).contains(queuedCommandCount), "queuedCommandCount", "1 to 1048576")
        try require((1 << 20...1 << 40).contains(queuedByteCount), "queuedByteCount", "at least 1 MiB")
        try require((1...1 << 16).contains(batchCommandCount), "batchCommandCount", "1 to 65536")
        try require((1 << 16...1 << 40).contains(checkpointByteCount), "checkpointByteCount", "at least 64 KiB")
        try require((0...1 << 40).contains(reserveByteCount), "reserveByteCount", "0 to 1 TiB")
        try require((fileByteCountMax ?? 1 << 20) >= 1 << 20, "fileByteCountMax", "at least 1 MiB")
        try require(
            (checkpointByteCount...1 << 42).contains(walByteCountMax), "walByteCountMax",
            "at least checkpointByteCount")
    }
}
