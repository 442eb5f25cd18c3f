/// The local store's bounds.
enum StoreLimits {
    /// One value.
    static let valueByteCountMax = 4 << 20
    /// Lists and scalars in a value: what was written is read again, whatever fits its bytes.
    static let valueNodeCountMax = valueByteCountMax
    /// The name of a place.
    static let nameByteCountMax = 200
    static let pageByteCount = 1024
    /// What SQLite keeps of the file in memory.
    static let cacheByteCount = 2 << 20
    /// Opened values that are kept in memory, each at most so long: sessions are the longest that are asked for often.
    static let recentByteCountMax = 256 << 10
    static let recentValueByteCountMax = 8 << 10
    /// Frames of the log from which on it is copied back and begun anew: about a megabyte.
    static let logFrameCountMax = 1024
    static let logByteCountMax = logFrameCountMax * (pageByteCount + 24) + 32
    /// Rows of one slice of a check.
    static let rowsPerSlice = 256
}
