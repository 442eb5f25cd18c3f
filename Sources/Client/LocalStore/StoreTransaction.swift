/// Changes that are made together or not at all.
struct StoreTransaction {
    enum Change {
        case put([UInt8], StoreSlot)
        case remove(StoreSlot)
        case removeAll(StoreScope)
        /// Everything outside of these.
        case removeAllBut([StoreScope])
    }

    private(set) var changes: [Change] = []
    /// Lines that are other ones afterwards, for whoever watches them.
    private var lines: Set<LinePlace> = []
    /// Whether the bytes of what this takes out are to be overwritten before the commit returns.
    private(set) var erases = false

    init() {}

    var isEmpty: Bool { changes.isEmpty }

    mutating func put(_ value: [UInt8], at slot: StoreSlot) { changes.append(.put(value, slot)) }

    mutating func remove(_ slot: StoreSlot) { changes.append(.remove(slot)) }

    /// Takes out a scope, whatever is in it.
    mutating func removeAll(_ scope: StoreScope) { changes.append(.removeAll(scope)) }

    mutating func removeAll(but scopes: [StoreScope]) { changes.append(.removeAllBut(scopes)) }

    /// What this takes out shall not stay on the disk, in whatever form.
    mutating func erase() { erases = true }

    /// Adds the changes of `other`, to be made after these.
    mutating func append(_ other: StoreTransaction) {
        changes += other.changes
        lines.formUnion(other.lines)
        erases = erases || other.erases
    }

    /// - Throws: ``LocalStoreError/tooLarge(byteCount:)``.
    func requireBounds() throws(LocalStoreError) {
        for case .put(let value, let slot) in changes {
            guard value.count <= StoreLimits.valueByteCountMax else { throw .tooLarge(byteCount: value.count) }
            guard let name = slot.place.name else { continue }
            guard name.utf8.count <= StoreLimits.nameByteCountMax else { throw .tooLarge(byteCount: name.utf8.count) }
        }
    }

    /// Whether something in a room may be another one afterwards.
    func mayChange(_ room: StoreRoom) -> Bool {
        changes.contains { (change) in
            switch change {
            case .put(_, let slot), .remove(let slot): slot.room == room
            case .removeAll, .removeAllBut: true
            }
        }
    }

    /// Says that a line is another one afterwards, or gone.
    mutating func touch(_ line: LinePlace) { lines.insert(line) }

    /// What is another one afterwards.
    var touched: Touched { Touched(lines: lines, hasPeople: mayChange(.contact)) }
}
