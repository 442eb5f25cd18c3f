/// Keeps the rows used lately, up to a bound. Owned by the writer.
///
/// A clock: each use marks a row, and the hand that looks for room passes over a marked one once.
struct RowCache<Key: Hashable, Value> {
    private struct Slot {
        var key: Key
        var value: Value
        var isMarked: Bool
    }

    private let countMax: Int
    private var slots: [Slot] = []
    private var free: [Int] = []
    private var indexes: [Key: Int] = [:]
    private var hand = 0

    init(countMax: Int) {
        self.countMax = max(1, countMax)
    }

    mutating func value(_ key: Key) -> Value? {
        guard let index = indexes[key] else { return nil }
        slots[index].isMarked = true
        return slots[index].value
    }

    mutating func put(_ key: Key, _ value: Value) {
        let slot = Slot(key: key, value: value, isMarked: false)
        if let index = indexes[key] {
            slots[index] = slot
        } else if slots.count < countMax {
            indexes[key] = slots.count
            slots.append(slot)
        } else {
            let index = room()
            slots[index] = slot
            indexes[key] = index
        }
    }

    /// Forgets a row; its slot is used again by the next one that needs room.
    mutating func drop(_ key: Key) {
        guard let index = indexes.removeValue(forKey: key) else { return }
        free.append(index)
    }

    private mutating func room() -> Int {
        if let index = free.popLast() { return index }
        while true {
            let index = hand
            hand = (hand + 1) % slots.count
            if slots[index].isMarked {
                slots[index].isMarked = false
            } else {
                indexes[slots[index].key] = nil
                return index
            }
        }
    }
}
