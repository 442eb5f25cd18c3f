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
        #expect(taken == ["a1", "b1", "a2", "b2", "a3", "c1", "a4"])
        #expect(line.isEmpty && line.popFirst() == nil && line.count(of: 1) == 0)
        line.append("again", of: 1)
        #expect(line.popFirst() == "again")
    }
}
