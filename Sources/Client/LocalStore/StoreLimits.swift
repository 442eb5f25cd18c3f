/// The local store's bounds; `LocalStoreTests` holds how they relate.
enum StoreLimits {
    /// One value.
    static let valueByteCountMax = 4 << 20
    /// The changes of one transaction, encoded.
    static let recordByteCountMax = 8 << 20
    static let changesPerRecordMax = 4_096
    static let keyLengthMax = 200
    /// A snapshot is cut into records of about this size.
    static let snapshotRecordByteCount = 1 << 20
    static let snapshotChangesPerRecord = 2_048
    /// Below this size a journal is left as it is, however much of it is garbage.
    static let compactionByteCountMin = 512 << 10
}
