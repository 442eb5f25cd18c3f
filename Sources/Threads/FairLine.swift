/// Those who wait, by whose they are: each one's in their order, and all by turns. So who waits often keeps nobody else
/// longer than once around.
///
/// Newcomers go before those who had something lately: a key that waits for the first time stands in a line of its own.
/// It is known, and behind the others, until as many were taken as waited when its last one was: who asks for one thing
/// after the other is no newcomer each time. After ``newInRowMax`` newcomers one of the known is taken, so that no
/// stream of them keeps the others for ever.
///
/// As with ``WaitingLine``, what was taken leaves nothing behind.
package struct FairLine<Key: Hashable, Element> {
    private static var newInRowMax: Int { 4 }
    /// Keys that are known though nothing of them waits.
    private static var restingCountMax: Int { 4096 }

    /// Of keys of which something waits.
    private var lines: [Key: WaitingLine<Element>] = [:]
    private var newcomers = WaitingLine<Key>()
    private var known = WaitingLine<Key>()
    /// Of keys of which nothing waits: until how many were taken they are known.
    private var knownUntil: [Key: Int] = [:]
    private var resting = WaitingLine<(key: Key, until: Int)>()
    private var takenCount = 0
    private var newInRow = 0

    package init() {}

    /// How many wait.
    package private(set) var count = 0
    /// Whether nobody waits.
    package var isEmpty: Bool { count == 0 }
    /// Whose turn it is; `nil` where nobody waits.
    package var first: Element? { (isNewcomersTurn ? newcomers : known).first.flatMap { lines[$0]?.first } }

    private var isNewcomersTurn: Bool { !newcomers.isEmpty && (newInRow < Self.newInRowMax || known.isEmpty) }

    /// How many of one key wait.
    package func count(of key: Key) -> Int { lines[key]?.count ?? 0 }

    /// Waits behind the others of its key.
    package mutating func append(_ element: Element, of key: Key) {
        if lines[key] == nil {
            let isKnown = knownUntil.removeValue(forKey: key).map { $0 > takenCount } ?? false
            if isKnown { known.append(key) } else { newcomers.append(key) }
        }
        lines[key, default: WaitingLine()].append(element)
        count += 1
    }

    /// Takes whose turn it is.
    package mutating func popFirst() -> Element? {
        let isNew = isNewcomersTurn
        guard let key = isNew ? newcomers.popFirst() : known.popFirst(), let element = lines[key]?.popFirst() else {
            return nil
        }
        newInRow = isNew ? newInRow + 1 : 0
        takenCount += 1
        count -= 1
        if lines[key]?.isEmpty == true { rest(key) } else { known.append(key) }
        return element
    }

    private mutating func rest(_ key: Key) {
        lines[key] = nil
        knownUntil[key] = takenCount + count
        resting.append((key, takenCount + count))
        while let oldest = resting.first, oldest.until <= takenCount || resting.count > Self.restingCountMax {
            _ = resting.popFirst()
            if knownUntil[oldest.key] == oldest.until { knownUntil[oldest.key] = nil }
        }
    }
}
