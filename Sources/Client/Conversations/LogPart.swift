import Wire

/// A part of a conversation's log, as a page of the server gives it: held against what was asked for.
struct LogPart: Sendable, Equatable {
    /// Which part is asked for.
    enum Place: Sendable, Equatable {
        case newest
        case before(UInt64)
        case after(UInt64)
        case around(UInt64)
    }

    /// Ascending, all of them in ``covered``.
    let entries: [LogEntry]
    /// The numbers that this says everything of; `nil` where there are none.
    let covered: ClosedRange<UInt64>?
    /// The last number of the log.
    let head: SequenceNumber

    init(entries: [LogEntry], covered: ClosedRange<UInt64>?, head: SequenceNumber) {
        self.entries = entries
        self.covered = covered
        self.head = head
    }

    /// - Parameter limit: entries that were asked for at most.
    /// - Throws: ``ClientError/unexpectedAnswer(status:)`` for entries of another conversation, out of order, from
    ///   elsewhere than was asked for, more of them, or beyond the head; and where one is left out between them.
    init(
        _ page: LogPage, of conversation: ConversationID, _ place: Place, limit: Int
    ) throws(ClientError) {
        let untrue = ClientError.unexpectedAnswer(status: 200)
        let (numbers, head, next) = (page.items.map(\.seq.rawValue), page.head.rawValue, page.next?.rawValue)
        guard head < LinePlace.firstWaiting, page.items.count <= limit,
            page.items.allSatisfy({ $0.conversation == conversation }),
            zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 })
        else { throw untrue }
        let (first, last): (UInt64, UInt64)
        switch place {
        case .newest: (first, last) = (next ?? 1, head)
        case .before(let number): (first, last) = (next ?? 1, min(number - 1, head))
        case .after(let number): (first, last) = (number + 1, next ?? max(number, head))
        case .around(let number):
            (first, last) = (numbers.first ?? 1, numbers.last ?? 0)
            let isInside = number >= first && (number <= last || number - 1 == last)
            guard numbers.isEmpty || number > head || isInside else { throw untrue }
        }
        // A page that goes on elsewhere has something.
        guard first > 0, last <= max(head, first - 1), first <= last || numbers.isEmpty,
            next == nil || !numbers.isEmpty, numbers.allSatisfy({ $0 >= first && $0 <= last })
        else { throw untrue }
        // What is left out would count as never said.
        guard first > last || Self.isWhole([first - 1] + numbers + [last + 1]) else { throw untrue }
        entries = page.items
        covered = first <= last ? first...last : nil
        self.head = page.head
    }

    /// Whether each number follows the one before it, or was skipped to where a loss was accepted.
    private static func isWhole(_ numbers: [UInt64]) -> Bool {
        zip(numbers, numbers.dropFirst()).allSatisfy { (number, next) in
            next - number == 1 || next - number > SequenceNumber.passedOverMin
        }
    }
}

extension LogPart.Place {
    /// As a query says it.
    var arguments: [Argument] {
        switch self {
        case .newest: []
        case .before(let number): [Endpoints.beforeSeq(SequenceNumber(number))]
        case .after(let number): [Endpoints.afterSeq(SequenceNumber(number))]
        case .around(let number): [Endpoints.aroundSeq(SequenceNumber(number))]
        }
    }
}
