import Wire

/// The private half of a prekey, as its pair exports it.
struct StoredPreKey: WireRecord, Equatable {
    enum Kind: String, CaseIterable {
        case oneTime = "one-time"
        case signed
        case lastResort = "last-resort"
        case kem
        case kemLastResort = "kem-last-resort"

        /// Its place among the kinds in the local store.
        var number: UInt64 {
            switch self {
            case .oneTime: 1
            case .signed: 2
            case .lastResort: 3
            case .kem: 4
            case .kemLastResort: 5
            }
        }
    }

    var secret: [UInt8]
    var createdAt: Timestamp

    init(secret: [UInt8], createdAt: Timestamp) {
        self.secret = secret
        self.createdAt = createdAt
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        secret = try fields.bytes("secret", \.secret, count: 1...8192)
        createdAt = try fields.value("createdAt", \.createdAt)
    }
}

/// The prekeys that stand until they are replaced, all made at one time.
struct StandingPreKeyIDs: WireRecord, Equatable {
    var signed: UInt32
    var lastResort: UInt32
    var kemLastResort: UInt32
    var createdAt: Timestamp

    init(signed: UInt32, lastResort: UInt32, kemLastResort: UInt32, createdAt: Timestamp) {
        self.signed = signed
        self.lastResort = lastResort
        self.kemLastResort = kemLastResort
        self.createdAt = createdAt
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        signed = try fields.number("signed", \.signed, in: 1...UInt32.max)
        lastResort = try fields.number("lastResort", \.lastResort, in: 1...UInt32.max)
        kemLastResort = try fields.number("kemLastResort", \.kemLastResort, in: 1...UInt32.max)
        createdAt = try fields.value("createdAt", \.createdAt)
    }
}
