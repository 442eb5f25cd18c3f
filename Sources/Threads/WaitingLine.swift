/// First in, first out.
///
/// What was taken leaves nothing behind: the line lets go of it at once, since whatever goes with it (the end of an
/// object, and what that does) must happen where it was taken to, not later inside somebody's lock.
package struct WaitingLine<Element> {
    private var slots: [Element?] = []
    private var next = 0

    package init() {}

    /// How many wait.
    package var count: Int { slots.count - next }
    /// Whether nobody waits.
    package var isEmpty: Bool { count == 0 }
    /// Whoever has waited longest; `nil` where nobody waits.
    package var first: Element? { next < slots.count ? slots[next] : nil }

    /// Waits at the end.
    package mutating func append(_ element: Element) { slots.append(element) }

    /// Takes whoever has waited longest.
    package mutating func popFirst() -> Element? {
        guard next < slots.count else { return nil }
        let element = slots[next].take()
        next += 1
        // Not with each that is taken: moving what is left costs more than the taking.
        if next >= 1024 || next >= 32 && next == slots.count {
            slots.removeFirst(next)
            next = 0
        }
        return element
    }
}
