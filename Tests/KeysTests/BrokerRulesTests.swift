import Testing
import Wire

@testable import Keys

@Suite struct BrokerRulesTests {
    /// Ages in milliseconds: a day has 86,400,000.
    private static let cases: [(Int64, BrokerRules.Age)] = [
        (0, .fresh), (1, .fresh), (2_591_999_999, .fresh), (2_592_000_000, .replaceSoon),
        (5_184_000_000, .replaceSoon), (5_184_000_001, .stale), (34_560_000_000, .stale),
        (-1, .fresh), (-86_400_000, .fresh), (-86_400_001, .fromTheFuture),
    ]

    @Test("a key is fresh to 30 days, to be replaced to 60, then stale; a day ahead is fresh", arguments: cases)
    func ages(ageMilliseconds: Int64, expected: BrokerRules.Age) {
        let created = Timestamp(milliseconds: 1_800_000_000_000)
        let now = Timestamp(milliseconds: UInt64(1_800_000_000_000 + ageMilliseconds))
        #expect(BrokerRules.age(createdAt: created, now: now) == expected)
    }

    @Test("ages at the ends of time do not overflow")
    func extremes() {
        let first = Timestamp(milliseconds: 0)
        let last = Timestamp(milliseconds: Timestamp.millisecondsMax)
        #expect(BrokerRules.age(createdAt: first, now: last) == .stale)
        #expect(BrokerRules.age(createdAt: last, now: first) == .fromTheFuture)
        #expect(BrokerRules.age(createdAt: last, now: last) == .fresh)
    }

    @Test("below 20 keys is low")
    func low() {
        #expect(BrokerRules.isLow(oneTimeKeyCount: 0) && BrokerRules.isLow(oneTimeKeyCount: 19))
        #expect(!BrokerRules.isLow(oneTimeKeyCount: 20) && !BrokerRules.isLow(oneTimeKeyCount: 100))
    }

    @Test("new keys fit until 200 are stored", arguments: [
        (100, 0, 100), (100, 100, 100), (100, 150, 50), (100, 200, 0), (100, 250, 0), (0, 0, 0), (100, -5, 100),
    ])
    func room(offered: Int, stored: Int, accepted: Int) {
        #expect(BrokerRules.acceptedCount(offered: offered, stored: stored) == accepted)
    }

    @Test("the rules relate: a full batch fits an empty store, a warning comes before a refusal")
    func relations() {
        #expect(Limits.oneTimePreKeysPerUploadMax <= Limits.oneTimePreKeysStoredMax)
        #expect(Limits.oneTimePreKeysLow < Limits.oneTimePreKeysPerUploadMax)
        #expect(BrokerRules.warnAgeSeconds < BrokerRules.staleAgeSeconds)
        #expect(BrokerRules.clockSkewSeconds < BrokerRules.warnAgeSeconds)
    }
}
