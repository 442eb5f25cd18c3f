import Testing
import Threads

@Suite struct FairLineTests {
    @Test("each key's come in their order, and the keys by turns")
    func turns() {
        var line = FairLine<Int, String>()
        for text in ["a1", "a2", "a3", "a4"] { line.append(text, of: 1) }
        for text in ["b1", "b2"] { line.append(text, of: 2) }
        #expect(line.count == 6 && line.count(of: 1) == 4 && line.count(of: 3) == 0)
        var taken: [String] = []
        for _ in 0..<3 {
            #expect(line.first != nil)
            taken += [line.popFirst() ?? "none"]
        }
        line.append("c1", of: 3)
        while let next = line.first {
            #expect(line.popFirst() == next)
            taken.append(next)
        }
        // Who comes new goes first.
        #expect(taken == ["a1", "b1", "a2", "c1", "b2", "a3", "a4"])
        #expect(line.isEmpty && line.popFirst() == nil && line.count(of: 1) == 0)
        line.append("again", of: 1)
        #expect(line.popFirst() == "again")
    }

    @Test("a newcomer waits behind newcomers alone, however many come back again and again")
    func newcomer() {
        var line = FairLine<Int, Int>()
        for key in 0..<1000 { line.append(key, of: key) }
        // Each asks again as soon as it was served, and so once more.
        for _ in 0..<3000 {
            guard let key = line.popFirst() else { continue }
            line.append(key, of: key)
        }
        for key in 2000..<2003 { line.append(key, of: key) }
        #expect((0..<3).map { (_) in line.popFirst() } == [2000, 2001, 2002])
        // Only the first time.
        line.append(2000, of: 2000)
        for _ in 0..<1000 { #expect(line.popFirst() != 2000) }
        #expect(line.popFirst() == 2000 && line.isEmpty)
    }

    @Test("who rests is a newcomer again once as many were taken as waited", arguments: [8, 9])
    func forgotten(pauseCount: Int) {
        var line = FairLine<Int, Int>()
        for _ in 0..<10 { line.append(1, of: 1) }
        line.append(2, of: 2)
        #expect(line.popFirst() == 1 && line.popFirst() == 2)
        for _ in 0..<pauseCount {
            line.append(1, of: 1)
            #expect(line.popFirst() == 1)
        }
        line.append(3, of: 3)
        line.append(2, of: 2)
        #expect(line.popFirst() == 3)
        #expect(line.popFirst() == (pauseCount < 9 ? 1 : 2))
    }

    @Test("a key that is served at once each time is no newcomer while others wait")
    func quickOne() {
        var line = FairLine<Int, Int>()
        for number in 0..<100 { line.append(number, of: 1) }
        for number in 0..<100 { line.append(number, of: 2) }
        line.append(0, of: 3)
        var taken: [Int] = []
        for _ in 0..<9 {
            guard let first = line.first else { continue }
            let (ones, twos) = (line.count(of: 1), line.count(of: 2))
            #expect(line.popFirst() == first)
            taken.append(line.count(of: 1) < ones ? 1 : line.count(of: 2) < twos ? 2 : 3)
            if taken.last == 3 { line.append(0, of: 3) }
        }
        #expect(taken == [1, 2, 3, 1, 2, 3, 1, 2, 3])
    }

    @Test("newcomers one after the other do not keep the others for ever")
    func stream() {
        var line = FairLine<Int, Int>()
        for number in 0..<10 { line.append(number, of: -1) }
        _ = line.popFirst()
        var newcomer = 0
        for _ in 0..<8 {
            line.append(newcomer, of: newcomer)
            newcomer += 1
        }
        var turns: [Bool] = []
        for _ in 0..<20_000 {
            line.append(newcomer, of: newcomer)
            newcomer += 1
            let before = line.count(of: -1)
            _ = line.popFirst()
            turns.append(line.count(of: -1) < before)
        }
        #expect(turns.prefix(10) == [false, false, false, true, false, false, false, false, true, false])
        #expect(line.count(of: -1) == 0)
        while line.popFirst() != nil {}
        #expect(line.isEmpty && line.first == nil)
    }
}
