import Testing
import Wire

@testable import Client

@Suite struct RecentValuesTests {
    private static let limit = StoreLimits.recentByteCountMax

    private func address(_ place: Int64) -> StoreAddress {
        StoreAddress(scope: SixteenBytes(high: 1, low: 1), room: 1, place: place)
    }

    @Test("the newest are kept within their bytes, and what is long is not kept at all")
    func bounded() {
        var recent = RecentValues()
        let long = [UInt8](repeating: 1, count: StoreLimits.recentValueByteCountMax)
        recent.set(.init(name: nil, value: long), StoreSum(), at: address(0))
        #expect(recent[address(0)] == nil)
        let value = [UInt8](repeating: 1, count: 4_000)
        var keptMax = 0
        for place in Int64(1)...1_000 {
            recent.set(.init(name: "x", value: value), StoreSum(), at: address(place))
            #expect(recent[address(place)]?.content.value == value)
            let kept = (Int64(1)...place).filter { recent[address($0)] != nil }.count
            keptMax = max(keptMax, kept)
        }
        #expect((Self.limit / 4_500...Self.limit / 4_000).contains(keptMax))
    }

    @Test("one that is set again counts once, and one that is forgotten not at all")
    func counting() {
        var recent = RecentValues()
        for _ in 0..<1_000 {
            for place in Int64(0)..<8 {
                recent.set(.init(name: nil, value: [UInt8](repeating: 2, count: 1_000)), StoreSum(), at: address(place))
            }
            recent.forget(address(7))
        }
        #expect((Int64(0)..<7).allSatisfy { recent[address($0)] != nil } && recent[address(7)] == nil)
    }

    @Test("a store answers from them as from its file: after a change, after one that is taken back, after a removal")
    func likeTheFile() throws {
        let house = try StoreCase()
        let store = try house.open()
        let key = StoreKey.counters
        var counters = Counters()
        func put(_ next: UInt64) -> StoreTransaction {
            counters.nextOutbox = next
            var transaction = StoreTransaction()
            transaction.put(counters, at: key)
            return transaction
        }
        try store.commit(put(2))
        #expect(try store.value(key)?.nextOutbox == 2)
        try store.stage(put(3))
        #expect(try store.value(key)?.nextOutbox == 3)
        (house.end, house.changesLeft) = (.full, 0)
        #expect(throws: LocalStoreError.self) { try store.flush() }
        house.changesLeft = nil
        #expect(try store.value(key)?.nextOutbox == 2)
        store.forgetLoss()
        var removal = StoreTransaction()
        removal.removeAll(but: [])
        try store.commit(removal)
        #expect(try store.value(key) == nil)
        try store.commit(put(4))
        try store.verify()
        store.close()
        let again = try house.open()
        #expect(try again.value(key)?.nextOutbox == 4)
        try again.verify()
    }
}
