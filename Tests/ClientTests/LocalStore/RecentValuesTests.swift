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
            #expect(recent[address(place)]?.content?.value == value)
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

    @Test("what was read of one counts as well, goes with it, and is not kept where it would be too long")
    func readings() {
        var recent = RecentValues()
        recent.set(reading: 1, at: address(1))
        #expect(recent[address(1)] == nil)
        recent.set(.init(name: nil, value: [1]), StoreSum(), at: address(1))
        recent.set(reading: 1, at: address(1))
        #expect(recent[address(1)]?.reading as? Int == 1)
        recent.set(.init(name: nil, value: [2]), StoreSum(), at: address(1))
        #expect(recent[address(1)]?.reading == nil)
        let long = [UInt8](repeating: 1, count: StoreLimits.recentValueByteCountMax - 200)
        recent.set(.init(name: nil, value: long), StoreSum(), at: address(2))
        recent.set(reading: 2, at: address(2))
        #expect(recent[address(2)]?.content?.value == long && recent[address(2)]?.reading == nil)
        var keptMax = 0
        for place in Int64(1)...200 {
            recent.set(.init(name: nil, value: [UInt8](repeating: 1, count: 4_000)), StoreSum(), at: address(place))
            recent.set(reading: 3, at: address(place))
            keptMax = max(keptMax, (Int64(1)...place).filter { recent[address($0)] != nil }.count)
        }
        #expect(keptMax <= Self.limit / 8_000)
    }

    @Test("that nothing is there is known as well, until something is")
    func absent() throws {
        let house = try StoreCase()
        let store = try house.open()
        let key = StoreKey.counters
        for _ in 0..<2 { #expect(try store.value(key) == nil) }
        var transaction = StoreTransaction()
        transaction.put(Counters(), at: key)
        try store.stage(transaction)
        for _ in 0..<2 { #expect(try store.value(key) == Counters()) }
        var removal = StoreTransaction()
        removal.remove(key)
        try store.commit(removal)
        for _ in 0..<2 { #expect(try store.value(key) == nil) }
        // Once more of what is known not to be there changes nothing.
        try store.commit(removal)
        try store.verify()
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
