import Client
import Wire

/// A key log that is what it must be.
struct AuditRecord: PrintedRecord, Equatable {
    var head: TreeHeadPayload
    var accountCount: UInt64
    var newEntryCount: UInt64
    var witnesses: [Words]

    init(_ audit: LogAudit) {
        (head, accountCount, newEntryCount) = (audit.head, UInt64(audit.accountCount), audit.newEntryCount)
        witnesses = audit.cosigners.map { Words($0) }
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        head = try fields.value("head", \.head)
        accountCount = try fields.number("accountCount", \.accountCount)
        newEntryCount = try fields.number("newEntryCount", \.newEntryCount)
        witnesses = try fields.listIfAny("witnesses", \.witnesses, countMax: Limits.witnessesMax)
    }

    static var notes: [String: String] {
        [
            "head": "what the server signed: [key transparency](protocol/transparency.md)",
            "newEntryCount": "how many were not known before",
            "witnesses": "that signed a tree of this very log",
        ]
    }
}

extension RecordKind where Value == AuditRecord {
    static var audit: Self { .init("the whole key log of a server was checked, and is in order") }
}

/// One change of an account's device list.
struct LoggedRecord: PrintedRecord, Equatable {
    var index: UInt64
    var epoch: UInt64

    init(index: UInt64, epoch: UInt64) { (self.index, self.epoch) = (index, epoch) }

    init(fields: inout Fields<Self>) throws(WireError) {
        index = try fields.number("index", \.index)
        epoch = try fields.number("epoch", \.epoch)
    }

    static var notes: [String: String] { ["index": "of the entry in the log, from 0"] }
}

extension RecordKind where Value == LoggedRecord {
    static var logged: Self { .init("after `audit`: a change of the device list of the account that was asked for") }
}

/// A key log that is not what it must be.
struct FraudRecord: PrintedRecord, Equatable {
    var message: String

    init(_ error: AuditError) { message = Output.harmless(error.description) }

    init(fields: inout Fields<Self>) throws(WireError) {
        message = try fields.words("message", \.message)
    }
}

extension RecordKind where Value == FraudRecord {
    static var fraud: Self { .init("the key log of a server is false; the status is 3") }
}

/// A key log that is trusted anew.
struct LogForgottenRecord: PrintedRecord, Equatable {
    var head: TreeHeadPayload?

    init(head: TreeHeadPayload?) { self.head = head }

    init(fields: inout Fields<Self>) throws(WireError) {
        head = try fields.valueIfPresent("head", \.head)
    }

    static var notes: [String: String] { ["head": "the last one that was known: evidence"] }
}

extension RecordKind where Value == LogForgottenRecord {
    static var logForgotten: Self { .init("the server's key log is trusted anew with the next list it gives out") }
}
