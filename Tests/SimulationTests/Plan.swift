import TestKit

/// What one seed's world is like.
struct Plan {
    var accountCount: Int
    var stepCount: Int
    /// Of a thousand requests or answers.
    var lostPermille: Int
    var doubledPermille: Int
    var delayMax: UInt64
    /// Of a thousand steps.
    var killPermille: Int
    var breakPermille: Int
    var jumpPermille: Int

    var flushRowCount: Int
    var batchCommandCount: Int
    var cachedRowCount: Int
    var acceptedListCountMin: Int
    var pageCount: Int

    init(_ dice: inout SplitMix) {
        accountCount = Int.random(in: 2...5, using: &dice)
        stepCount = Int.random(in: 300...1_100, using: &dice)
        lostPermille = [0, 20, 100, 250].randomElement(using: &dice) ?? 0
        doubledPermille = [0, 20, 150].randomElement(using: &dice) ?? 0
        delayMax = [2, 20, 100].randomElement(using: &dice) ?? 2
        killPermille = [0, 1, 3, 6].randomElement(using: &dice) ?? 0
        breakPermille = [0, 2, 8].randomElement(using: &dice) ?? 0
        jumpPermille = [0, 0, 2].randomElement(using: &dice) ?? 0
        flushRowCount = Int.random(in: 4...40, using: &dice)
        batchCommandCount = [1, 3, 64].randomElement(using: &dice) ?? 1
        cachedRowCount = [1, 2, 1_000].randomElement(using: &dice) ?? 1
        acceptedListCountMin = [1, 1_000].randomElement(using: &dice) ?? 1
        pageCount = Int.random(in: 1...6, using: &dice)
    }
}

/// A fault that is planted to see that the simulation finds it.
enum PlantedFault: String, CaseIterable, Sendable {
    /// The server does not know a client id again.
    case noDeduplication
    /// The server answers a send before it is durable.
    case earlyAnswer
    /// The server says that an acknowledgement is written down, and forgets it.
    case lostTrim
}
