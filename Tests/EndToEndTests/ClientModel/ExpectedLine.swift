import Wire

@testable import Client

/// A line as the rules say it must be on a phone.
struct ExpectedLine {
    /// What it keeps its order with: in each of these the lines of a chat are in one order, and no later epoch comes
    /// before an earlier one.
    enum Order: Hashable {
        /// In which a phone has written it.
        case written(by: Int)
        /// In which the server accepted what a phone has written.
        case taken(from: Int)
        /// In which the server accepted it.
        case came
    }

    /// Where it stands.
    enum Place: Equatable {
        /// As it came.
        case anywhere
        /// In the log of an open conversation.
        case log(UInt64)
        /// Behind every log.
        case waiting
    }

    /// When the server accepted it.
    enum Time {
        /// Unknown here, or one of these.
        case perhaps([Timestamp])
        case among(Set<Timestamp>)
        case exactly(Timestamp?)

        func allows(_ time: Timestamp?) -> Bool {
            switch self {
            case .perhaps(let times): time.map(times.contains) ?? true
            case .among(let times): time.map(times.contains) ?? false
            case .exactly(let expected): time == expected
            }
        }
    }

    let message: Ledger.Message
    /// Its rank in each of its orders, which never descends there.
    let ranks: [Order: UInt64]
    var place = Place.anywhere
    /// When it was written here, or came.
    let epoch: Int
    /// It may be missing as well: its author took it back while it was on its way.
    let isOptional: Bool
    /// It says nothing any more.
    let isGone: Bool
    let deliveries: [Delivery]
    /// When its author says that it was written, where that is known.
    let written: [Timestamp?]
    let time: Time
    /// Seconds that it lasts, and when they are over, where that is known.
    let lasts: UInt64?
    let endsAt: Timestamp?

    /// What a line has other than it should; `nil` where nothing.
    func difference(from line: Line) -> String? {
        let body: LineBody = isGone ? .gone(.deleted) : .text(message.text)
        if line.body != body { return "says \(line.body), not \(body)" }
        if !deliveries.contains(line.delivery) { return "is \(line.delivery), not \(deliveries)" }
        if line.lasts != lasts { return "lasts \(line.lasts as Any) s, not \(lasts as Any)" }
        if line.endsAt != endsAt { return "ends at \(line.endsAt as Any), not \(endsAt as Any)" }
        if !written.contains(line.writtenAt) { return "was written at \(line.writtenAt as Any), not \(written)" }
        let isWaiting = line.number.rawValue >= LinePlace.firstWaiting
        switch place {
        case .anywhere: break
        case .log(let number) where line.number.rawValue != number: return "stands at \(line.number), not \(number)"
        case .waiting where !isWaiting: return "waits at \(line.number)"
        case .log, .waiting: break
        }
        if !time.allows(line.acceptedAt) { return "was accepted at \(line.acceptedAt as Any), not \(time)" }
        return nil
    }
}
