import TestKit
import Testing

@testable import Store

@Suite("Row cache")
struct RowCacheTests {
    @Test("it never answers with anything but the last value put, and stays within its bound")
    func model() {
        var random = SplitMix(seed: 5)
        var cache = RowCache<Int, UInt64>(countMax: 8)
        var truth: [Int: UInt64] = [:]
        var hitCount = 0
        for _ in 0..<20_000 {
            let key = Int(random.next() % 20)
            switch random.next() % 3 {
            case 0:
                let value = random.next()
                cache.put(key, value)
                truth[key] = value
            case 1:
                if let value = cache.value(key) {
                    hitCount += 1
                    #expect(value == truth[key])
                }
            default:
                if random.next().isMultiple(of: 4) {
                    cache.drop(key)
                    truth[key] = nil
                    #expect(cache.value(key) == nil)
                }
            }
            #expect((0..<20).count { cache.value($0) != nil } <= 8)
        }
        #expect(hitCount > 1_000)
    }

    @Test("what is used stays longer than what is not")
    func clock() {
        var cache = RowCache<Int, Int>(countMax: 4)
        for key in 0..<4 { cache.put(key, key) }
        for key in 4..<50 {
            #expect(cache.value(0) == 0)
            cache.put(key, key)
        }
        #expect(cache.value(0) == 0)
    }
}
