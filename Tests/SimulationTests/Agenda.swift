/// What is to happen and when, in virtual milliseconds: the earliest first, and of two at the same moment the one that
/// was put down first.
struct Agenda {
    private struct Item {
        let time: UInt64
        let order: UInt64
        let act: () -> Void

        func comes(before other: Item) -> Bool { (time, order) < (other.time, other.order) }
    }

    /// The moment of what was taken last.
    private(set) var now: UInt64 = 0
    /// A heap.
    private var items: [Item] = []
    private var lastOrder: UInt64 = 0

    var isEmpty: Bool { items.isEmpty }

    mutating func after(_ milliseconds: UInt64, _ act: @escaping () -> Void) {
        lastOrder += 1
        items.append(Item(time: now + milliseconds, order: lastOrder, act: act))
        var place = items.count - 1
        while place > 0, items[place].comes(before: items[(place - 1) / 2]) {
            items.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    /// Takes what comes next, and moves the clock there.
    mutating func next() -> (() -> Void)? {
        guard let first = items.first else { return nil }
        let last = items.removeLast()
        if !items.isEmpty {
            items[0] = last
            sink()
        }
        now = first.time
        return first.act
    }

    private mutating func sink() {
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < items.count && items[child].comes(before: items[least]) { least = child }
            guard least != place else { return }
            items.swapAt(place, least)
            place = least
        }
    }
}
