import TestKit

/// What a user does, or what befalls a phone. Drawn from the seed and from what is certain at a quiet point, and so the
/// same however the tasks of a run meet.
enum ModelStep: Sendable {
    case say(Word)
    /// Says several things side by side.
    case sayTogether([Word])
    /// Says something, and after so many turns does not wait for it any more.
    case sayAndLeave(Word, turns: Int)
    /// Takes out a message of the ledger.
    case delete(message: Int, forMeOnly: Bool)
    /// Takes back what was said last since the last quiet point.
    case takeBack
    /// Follows an open conversation, or does not any more.
    case follow(group: Int, Bool)
    case fetch
    /// Begins to fetch, and after so many turns does not wait for it any more.
    case fetchAndLeave(turns: Int)
    case listen
    case stopListening
    case goOffline
    case goOnline
    case restart
    /// Begins again, and dies at that write.
    case die(write: Int, isDone: Bool)
    /// Begins again, and loses that answer.
    case lose(answer: Int)
    case grow(by: Int)
    /// Somebody else begins to watch as well, or looks away.
    case visit(Bool)
    /// Somebody opens every chat, and after so many turns does not wait for it any more.
    case glance(turns: Int)
    /// The connection breaks.
    case cut

    /// What is said, and to whom.
    struct Word: Sendable {
        let to: Addressee
        let expiresIn: UInt64?

        private static let expiries: [UInt64?] = [nil, nil, nil, nil, nil, 5, 30, 300, 3_600, 86_400]
        /// What the server deletes by itself: not while a run lasts.
        private static let postExpiries: [UInt64?] = [nil, nil, nil, nil, 86_400]

        fileprivate static func draw(_ chance: inout SplitMix, _ peers: [Addressee]) -> Word {
            let peer = peers.randomElement(using: &chance) ?? .group(0)
            let expiry = (peer.isPerson ? expiries : postExpiries).randomElement(using: &chance)
            return Word(to: peer, expiresIn: expiry ?? nil)
        }
    }

    /// - Parameters:
    ///   - peers: who may be written to.
    ///   - deletable: messages that stand on this phone with a text.
    ///   - isAway: it reaches no server, whatever it does.
    static func draw(
        _ chance: inout SplitMix, peers: [Addressee], deletable: [Ledger.Message], isAway: Bool
    ) -> ModelStep {
        switch Int.random(in: 0..<100, using: &chance) {
        case 0..<30: return .say(.draw(&chance, peers))
        case 30..<34:
            let count = Int.random(in: 2...4, using: &chance)
            return .sayTogether((0..<count).map { (_) in .draw(&chance, peers) })
        case 34..<38:
            return .sayAndLeave(.draw(&chance, peers), turns: Int.random(in: 0...40, using: &chance))
        case 38..<48:
            guard let message = deletable.randomElement(using: &chance) else { return .restart }
            return .delete(message: message.number, forMeOnly: Int.random(in: 0..<4, using: &chance) == 0)
        case 48..<53: return .takeBack
        case 53..<57: return .restart
        case 57..<67:
            return .die(write: Int.random(in: 0..<14, using: &chance), isDone: Bool.random(using: &chance))
        case 67..<69:
            return .follow(
                group: Int.random(in: ModelGroup.all.indices, using: &chance), Bool.random(using: &chance))
        case 69..<72: return .grow(by: Int.random(in: 1...4, using: &chance))
        case 72: return .glance(turns: Int.random(in: 0...60, using: &chance))
        case 73..<75: return .visit(Int.random(in: 0..<3, using: &chance) > 0)
        // Taken back and begun again before it could go out, which else happens too rarely.
        case 75..<85 where isAway: return .takeBack
        case _ where isAway: return .restart
        case 75..<79: return .fetch
        case 79..<81: return .fetchAndLeave(turns: Int.random(in: 0...60, using: &chance))
        case 81..<87: return .listen
        case 87: return .stopListening
        case 88: return .cut
        case 89..<92: return .goOffline
        case 92..<95: return .goOnline
        default: return .lose(answer: Int.random(in: 0..<8, using: &chance))
        }
    }
}
