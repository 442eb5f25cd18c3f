import TestKit
import Testing
import Wire

@testable import Client

@Suite("Numbers of the queue that were taken") struct TakenNumbersTests {
    private func taken(_ numbers: some Sequence<UInt64>) -> TakenNumbers {
        var taken = TakenNumbers()
        for number in numbers { taken.insert(QueueNumber(number)) }
        return taken
    }

    private func read(_ bytes: [UInt8]) throws -> TakenNumbers {
        try TakenNumbers.decode(bytes, in: WireContext(form: .cbor, refusesUnknownFields: true))
    }

    @Test("they are what was put in and not forgotten, number by number, and read back the same")
    func model() throws {
        for seed in 0..<40 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            var taken = TakenNumbers()
            var model: Set<UInt64> = []
            for _ in 0..<60 {
                if UInt64.random(in: 0..<8, using: &random) == 0 {
                    let end = UInt64.random(in: 20...60, using: &random)
                    #expect(taken.forget(beyond: QueueNumber(end)) == model.contains { $0 > end }, "seed \(seed)")
                    model = model.filter { $0 <= end }
                } else {
                    let number = UInt64.random(in: 1...60, using: &random)
                    taken.insert(QueueNumber(number))
                    model.insert(number)
                }
                for number in 0...61 as ClosedRange<UInt64> {
                    #expect(taken.contains(QueueNumber(number)) == model.contains(number), "seed \(seed)")
                }
                #expect(taken.newest?.rawValue == model.max())
            }
            let again = try read(taken.encoded(as: .cbor))
            #expect(again == taken)
        }
    }

    @Test("a number however high makes no other one known, and many of them forget the lowest stretch alone")
    func falseNumbers() throws {
        var taken = taken(1...7)
        taken.insert(QueueNumber(1 << 53))
        #expect(taken.contains(QueueNumber(7)) && !taken.contains(QueueNumber(8)))
        for index in 1...UInt64(ClientLimits.takenStretchesMax) { taken.insert(QueueNumber(index << 40)) }
        #expect(!taken.contains(QueueNumber(7)))
        taken.insert(QueueNumber(8))
        taken.insert(QueueNumber(9))
        #expect(taken.contains(QueueNumber(8)) && taken.contains(QueueNumber(9)) && !taken.contains(QueueNumber(10)))
        #expect(taken.contains(QueueNumber(1 << 53)))
        let again = try read(taken.encoded(as: .cbor))
        #expect(again == taken)
    }

    @Test("a queue without gaps is one stretch, however long")
    func dense() {
        #expect(taken(1...2_000).encoded(as: .cbor).count == taken(1...1_999).encoded(as: .cbor).count)
        #expect(taken(1...2_000).newest == QueueNumber(2_000))
    }
}
