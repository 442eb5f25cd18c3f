import Client
import Wire

/// A device of this account.
struct DeviceRecord: PrintedRecord, Equatable {
    var device: DeviceView
    var isThis: Bool

    init(_ device: DeviceView, isThis: Bool) { (self.device, self.isThis) = (device, isThis) }

    init(fields: inout Fields<Self>) throws(WireError) {
        device = try fields.embedded(\.device)
        isThis = try fields.flag("thisDevice", \.isThis)
    }

    static var notes: [String: String] {
        [
            "lastSeenDay": "midnight UTC of the day; nothing finer is kept",
            "thisDevice": "it is the one that prints this",
        ]
    }
}

extension RecordKind where Value == DeviceRecord {
    static var device: Self { .init("a device of this account, in a list of them") }
}

/// What this device shows to the one that shall link it.
struct LinkCodeRecord: PrintedRecord, Equatable {
    var linkCode: String

    init(_ linkCode: String) { self.linkCode = linkCode }

    init(fields: inout Fields<Self>) throws(WireError) {
        linkCode = try fields.words("linkCode", \.linkCode)
    }
}

extension RecordKind where Value == LinkCodeRecord {
    static var linkCode: Self { .init("this device waits to be linked by another, which takes the code") }
}

/// A device that was linked.
struct LinkedRecord: PrintedRecord, Equatable {
    var device: DeviceID
    var reply: String

    init(_ reply: LinkReply) { (device, self.reply) = (reply.address.device, reply.description) }

    init(fields: inout Fields<Self>) throws(WireError) {
        device = try fields.value("device", \.device)
        reply = try fields.words("reply", \.reply)
    }

    static var notes: [String: String] { ["reply": "what the new device logs in with"] }
}

extension RecordKind where Value == LinkedRecord {
    static var linked: Self { .init("another device was linked to this account") }
}

/// A device that was unlinked.
struct UnlinkedRecord: PrintedRecord, Equatable {
    var device: DeviceID

    init(_ device: DeviceID) { self.device = device }

    init(fields: inout Fields<Self>) throws(WireError) {
        device = try fields.value("device", \.device)
    }
}

extension RecordKind where Value == UnlinkedRecord {
    static var unlinked: Self { .init("a device is no longer one of this account") }
}
