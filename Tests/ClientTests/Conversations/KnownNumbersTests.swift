import TestKit
import Testing
import Wire

@testable import Client

@Suite("Stretches of a log that are kept") struct KnownNumbersTests {
    private func read(_ bytes: [UInt8]) throws -> KnownNumbers {
        try KnownNumbers.decode(bytes, in: WireContext(form: .cbor, refusesUnknownFields: false))
    }

    @Test("stretches are what was put in, number by number, and what touches is one")
    func model() throws {
        for seed in 0..<40 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            var known = KnownNumbers()
            var model: Set<UInt64> = []
            for _ in 0..<40 {
                let first = UInt64.random(in: 1...120, using: &random)
                let range = first...(first + UInt64.random(in: 0...6, using: &random))
                known.insert(range)
                model.formUnion(range)
                for number in 1...130 as ClosedRange<UInt64> {
                    let stretch = known.stretch(around: number)
                    #expect((stretch != nil) == model.contains(number), "seed \(seed)")
                    guard let stretch else { continue }
                    #expect(stretch.allSatisfy(model.contains), "seed \(seed)")
                    #expect(!model.contains(stretch.lowerBound - 1) && !model.contains(stretch.upperBound + 1))
                }
                #expect(known.newest?.upperBound == model.max())
                guard UInt64.random(in: 0..<8, using: &random) == 0 else { continue }
                let end = UInt64.random(in: 0...130, using: &random)
                known.forget(behind: end)
                model = model.filter { $0 <= end }
                #expect(known.newest?.upperBound == model.max())
            }
            let again = try read(known.encoded(as: .cbor))
            #expect(again == known)
        }
    }

    @Test("of more holes than are remembered the lowest stretch is forgotten")
    func bound() {
        var known = KnownNumbers()
        for index in 0...UInt64(ClientLimits.stretchesMax) { known.insert((index * 10 + 1)...(index * 10 + 2)) }
        #expect(known.stretch(around: 1) == nil)
        #expect(known.stretch(around: 11) == 11...12)
        known.insert(1...2)
        #expect(known.stretch(around: 1) == 1...2, "what was just asked for stays")
        #expect(known.stretch(around: 11) == nil)
    }

    @Test("what a program kept that knew fewer kinds of entries is asked for anew")
    func fewerKinds() throws {
        var known = KnownNumbers()
        known.insert(1...9)
        let bytes = known.encoded(as: .cbor)
        let kinds = UInt8(ConversationEvent.cases.count)
        var older = bytes
        let place = try #require(older.lastIndex(of: kinds))
        older[place] = kinds - 1
        #expect(try read(bytes).newest == 1...9)
        #expect(try read(older).newest == nil)
    }
}
