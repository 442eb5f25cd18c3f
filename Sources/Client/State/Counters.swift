import Wire

/// What only ever counts up. Changed in the same transaction as what it counts.
struct Counters: WireRecord, Equatable {
    /// The next prekey's id, of whatever kind.
    var nextPreKey: UInt32 = 1
    /// The next number for a device of the own account. Counted by the device that publishes the lists.
    var nextDevice: UInt32 = 2
    var nextOutbox: UInt64 = 1
    var nextHistory: UInt64 = 1
    /// The last envelope of this device's queue that was taken.
    var cursor = QueueNumber(0)

    init() {}

    init(fields: inout Fields) throws(WireError) {
        nextPreKey = UInt32(clamping: try fields.number("nextPreKey", in: 1...UInt64(UInt32.max)))
        nextDevice = UInt32(clamping: try fields.number("nextDevice", in: 1...UInt64(UInt32.max)))
        nextOutbox = try fields.number("nextOutbox")
        nextHistory = try fields.number("nextHistory")
        cursor = try fields.value("cursor")
    }

    func write(fields writer: inout WireWriter) {
        writer.put("nextPreKey", number: UInt64(nextPreKey))
        writer.put("nextDevice", number: UInt64(nextDevice))
        writer.put("nextOutbox", number: nextOutbox)
        writer.put("nextHistory", number: nextHistory)
        writer.put("cursor", cursor)
    }
}
