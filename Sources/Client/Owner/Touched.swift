/// What is another one after a transaction, for whoever watches it.
struct Touched: Equatable {
    /// Lines; the number 0 stands for the rest of a chat.
    var lines: Set<LinePlace> = []
    /// Whether somebody whom this device knows is.
    var hasPeople = false

    var isEmpty: Bool { lines.isEmpty && !hasPeople }

    mutating func formUnion(_ other: Touched) {
        lines.formUnion(other.lines)
        hasPeople = hasPeople || other.hasPeople
    }
}
