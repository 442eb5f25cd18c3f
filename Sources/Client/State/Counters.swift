import Wire

/// What only ever counts up. Changed in the same transaction as what it counts.
struct Counters: WireRecord, Equatable {
    /// The next prekey's id, of whatever kind.
    var nextPreKey: UInt32 = 1
    /// The next number for a device of the own account. Counted by the device that publishes the lists.
    var nextDevice: UInt32 = 2
    var nextOutbox: UInt64 = 1
    /// The next file that is taken to be sent.
    var nextTransfer: UInt64 = 1
    /// The envelopes of this device's queue that were taken.
    var taken = TakenNumbers()

    init() {}

    init(fields: inout Fields<Self>) throws(WireError) {
        nextPreKey = try fields.number("nextPreKey", \.nextPreKey, in: 1...UInt32.max)
        nextDevice = try fields.number("nextDevice", \.nextDevice, in: 1...UInt32.max)
        nextOutbox = try fields.number("nextOutbox", \.nextOutbox)
        nextTransfer = try fields.number("nextTransfer", \.nextTransfer)
        taken = try fields.value("taken", \.taken, or: TakenNumbers())
    }
}
