import Wire

/// What `--json` prints of one event, besides its name and the version: one object of fields.
protocol PrintedRecord: WireRecord {
    /// What fields mean whose name and type do not say it, by their keys; `outer.inner` for one of a record within.
    static var notes: [String: String] { get }
}

extension PrintedRecord {
    static var notes: [String: String] { [:] }
}

/// Of an event that says all by its name.
struct EmptyRecord: PrintedRecord, Equatable {
    init() {}
    init(fields: inout Fields<Self>) throws(WireError) {}
}

// Types of the library and of the wire that are printed as they are.

extension BackupReceipt: PrintedRecord {
    static var notes: [String: String] { ["revision": "counts the account's backups, from 1 up"] }
}

extension EmojiView: PrintedRecord {
    static var notes: [String: String] { ["creator": "the account that added it"] }
}

extension ReportReceipt: PrintedRecord {
    static var notes: [String: String] { ["report": "names the report: the same message has the same one"] }
}
