/// Those who wait, by whose they are: each one's in their order, and all by turns. So who waits often keeps nobody else
/// longer than once around.
///
/// As with ``WaitingLine``, what was taken leaves nothing behind.
package struct FairLine<Key: Hashable, Element> {
    private var lines: [Key: WaitingLine<Element>] = [:]
    private var turns = WaitingLine<Key>()

    package init() {}

    /// How many wait.
    package private(set) var count = 0
    /// Whether nobody waits.
    package var isEmpty: Bool { count == 0 }
    /// Whose turn it is; `nil` where nobody waits.
    package var first: Element? { turns.first.flatMap { lines[$0]?.first } }

    /// How many of one key wait.
    package func count(of key: Key) -> Int { lines[key]?.count ?? 0 }

    /// Waits behind the others of its key.
    package mutating func append(_ element: Element, of key: Key) {
        if lines[key] == nil { turns.append(key) }
        lines[key, default: WaitingLine()].append(element)
        count += 1
    }

    /// Takes whose turn it is.
    package mutating func popFirst() -> Element? {
        guard let key = turns.popFirst(), let element = lines[key]?.popFirst() else { return nil }
        count -= 1
        if lines[key]?.isEmpty == true { lines[key] = nil } else { turns.append(key) }
        return element
    }
}
