import Threads

/// Lets one call at a time through, though each waits for the server in between. Belongs to one room.
struct Turns {
    private var isTaken = false
    /// Opens when the turn ends. Whoever has waited for that tries again.
    private(set) var next = Latch()

    /// Takes the turn; `false` while another call has it.
    mutating func begin() -> Bool {
        guard !isTaken else { return false }
        isTaken = true
        return true
    }

    /// Gives the turn back.
    mutating func end() {
        isTaken = false
        next.open()
        next = Latch()
    }
}
