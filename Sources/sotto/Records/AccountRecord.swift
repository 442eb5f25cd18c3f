import Client
import Wire

/// This account, on this device.
struct AccountRecord: PrintedRecord, Equatable {
    var handle: Handle
    var account: AccountID
    var device: DeviceID

    init(_ own: Myself) { (handle, account, device) = (own.handle, own.account, own.device) }

    init(fields: inout Fields<Self>) throws(WireError) {
        handle = try fields.value("handle", \.handle)
        account = try fields.value("account", \.account)
        device = try fields.value("device", \.device)
    }
}

extension RecordKind where Value == AccountRecord {
    static var registered: Self { .init("an account was created, with this as its first device") }
    static var loggedIn: Self { .init("this device is logged in") }
    static var joined: Self { .init("this device was linked by another of the account") }
    static var account: Self { .init("whose account the folder has, and which of its devices this is") }
    static var restored: Self { .init("this is a new device of the account that was restored") }
}

/// An account that is no more.
struct AccountDeletedRecord: PrintedRecord, Equatable {
    var handle: Handle
    var account: AccountID

    init(_ handle: Handle, _ account: AccountID) { (self.handle, self.account) = (handle, account) }

    init(fields: inout Fields<Self>) throws(WireError) {
        handle = try fields.value("handle", \.handle)
        account = try fields.value("account", \.account)
    }
}

extension RecordKind where Value == AccountDeletedRecord {
    static var accountDeleted: Self { .init("the account was deleted at the server, for good") }
}

/// Somebody whom this device knows.
struct PersonRecord: PrintedRecord, Equatable {
    var handle: Handle?
    var account: AccountID
    var isVerified: Bool
    var verifiedAt: Timestamp?

    init(_ person: Person) {
        (handle, account, isVerified) = (person.handle, person.account, person.verification != .unverified)
        verifiedAt = person.verification.time
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        handle = try fields.valueIfPresent("handle", \.handle)
        account = try fields.value("account", \.account)
        isVerified = try fields.flag("verified", \.isVerified)
        verifiedAt = try fields.valueIfPresent("verifiedAt", \.verifiedAt)
    }

    static var notes: [String: String] {
        [
            "handle": "where this device knows it",
            "verified": "somebody has compared safety numbers, and they were equal",
        ]
    }
}

extension RecordKind where Value == PersonRecord {
    static var person: Self { .init("somebody whom this device knows, in a list of them") }
}

extension Verification {
    /// When it was verified; `nil` where it was not.
    var time: Timestamp? {
        guard case .verified(let time) = self else { return nil }
        return Timestamp(time)
    }
}

/// Digits to compare with the other side.
struct SafetyNumberRecord: PrintedRecord, Equatable {
    var handle: Handle?
    var account: AccountID?
    var digits: String
    var isVerified: Bool
    var verifiedAt: Timestamp?

    /// - Parameter verifiedAt: `nil` where it is not verified.
    init(_ digits: String, of person: PersonReference, verifiedAt: Timestamp?) {
        (handle, account) = (person.handle, person.account)
        (self.digits, isVerified, self.verifiedAt) = (digits, verifiedAt != nil, verifiedAt)
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        handle = try fields.valueIfPresent("handle", \.handle)
        account = try fields.valueIfPresent("account", \.account)
        digits = try fields.words("digits", \.digits)
        isVerified = try fields.flag("verified", \.isVerified)
        verifiedAt = try fields.valueIfPresent("verifiedAt", \.verifiedAt)
    }

    static var notes: [String: String] {
        [
            "handle": "or `account`: as it was named", "digits": "sixty, without spaces",
            "verified": "somebody has compared them, and they were equal",
        ]
    }
}

extension RecordKind where Value == SafetyNumberRecord {
    static var safetyNumber: Self { .init("the safety number with somebody") }
}

extension RecordKind where Value == ReportReceipt {
    static var reported: Self { .init("whoever runs the server can read one message now") }
}

extension PersonReference {
    /// Where it is named so.
    var handle: Handle? {
        guard case .handle(let handle) = self else { return nil }
        return handle
    }

    /// Where it is named so.
    var account: AccountID? {
        guard case .account(let account) = self else { return nil }
        return account
    }
}
