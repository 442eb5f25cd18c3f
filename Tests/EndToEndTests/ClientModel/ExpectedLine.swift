import Client
import Wire

/// A line as the rules say it must be on a phone.
struct ExpectedLine {
    /// What it keeps its order with: in each of these the lines of a chat are in one order, and no later epoch comes
    /// before an earlier one.
    enum Stream: Hashable {
        /// Written here, in the order of writing.
        case written
        /// From others, in the order in which the server accepted it.
        case came
        /// Written on another device of the account, in the order of writing there.
        case copied
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
    let stream: Stream
    /// Ascends within its stream.
    let rank: UInt64
    /// When it was written here, or came.
    let epoch: Int
    /// It may be missing as well: its author took it back while it was on its way.
    let isOptional: Bool
    /// It says nothing any more.
    let isGone: Bool
    let deliveries: [Delivery]
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
        if line.writtenAt != message.sentAt { return "was written at \(line.writtenAt as Any), not \(message.sentAt)" }
        if !time.allows(line.acceptedAt) { return "was accepted at \(line.acceptedAt as Any), not \(time)" }
        return nil
    }
}
