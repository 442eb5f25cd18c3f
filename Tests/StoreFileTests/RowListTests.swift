import TestKit
import Testing

@testable import Store

@Suite("Row lists")
struct RowListTests {
    @Test("it behaves as a plain list of pairs does, under random use")
    func model() {
        var random = SplitMix(seed: 11)
        for _ in 0..<200 {
            var list = RowList()
            var model: [(number: UInt64, row: Int64)] = []
            var number: UInt64 = 1 + random.next() % 5
            var row: Int64 = 1
            for _ in 0..<200 {
                switch random.next() % 8 {
                case 0...3:
                    row += Int64(1 + random.next() % 9)
                    list.append(number, random.next().isMultiple(of: 2) ? row : -row)
                    model.append((number, row))
                    number += 1
                case 4 where !model.isEmpty && model.last?.number == number - 1:
                    list.removeLast()
                    model.removeLast()
                    number -= 1
                case 5:
                    let through = UInt64(random.next() % (number + 2))
                    list.remove(through: through)
                    model.removeAll { $0.number <= through }
                case 6:
                    let through = Int64(random.next() % UInt64(row + 2))
                    list.remove(rowsThrough: through)
                    model.removeAll { $0.row <= through }
                default:
                    let after = Int64(random.next() % UInt64(row + 2))
                    #expect(list.index(after: after) == model.count { $0.row <= after })
                    let from = random.next() % (number + 2)
                    #expect(list.index(ofNumber: from) == model.count { $0.number < from })
                }
                #expect((0..<list.count).map { abs(list[$0]) } == model.map(\.row))
                if let first = model.first { #expect(list.firstNumber == first.number) }
            }
        }
    }

    @Test("numbers left out get row zero, and searching passes over them")
    func holes() {
        var list = RowList()
        list.append(5, 10)
        list.append(8, 20)
        #expect((0..<list.count).map { list[$0] } == [10, 0, 0, 20])
        #expect(list.index(after: 9) == 0)
        #expect(list.index(after: 10) == 3)
        #expect(list.index(after: 20) == 4)
        list.remove(through: 6)
        #expect(list.firstNumber == 7)
        #expect(list.index(after: 5) == 1)
    }
}
