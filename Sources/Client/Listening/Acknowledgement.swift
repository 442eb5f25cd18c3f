import Wire

/// Gathers what was taken from the queue into few acknowledgements.
struct Acknowledgement {
    enum Action: Equatable {
        case send(Delivered)
        /// The first of a few: send what there is in a moment.
        case waitAMoment
        case nothing
    }

    private var through: QueueNumber?
    private var count = 0

    /// An envelope is committed.
    mutating func taken(_ number: QueueNumber) -> Action {
        let isFirst = through == nil
        through = max(number, through ?? number)
        count += 1
        if count >= ClientLimits.envelopesPerAcknowledgement { return .send(Delivered(through: number)).taking(&self) }
        return isFirst ? .waitAMoment : .nothing
    }

    /// The moment has passed, or the queue is at its end.
    mutating func due() -> Delivered? {
        guard let through else { return nil }
        self = Acknowledgement()
        return Delivered(through: through)
    }
}

extension Acknowledgement.Action {
    /// The same action, with everything gathered now in it.
    fileprivate func taking(_ gathered: inout Acknowledgement) -> Self {
        gathered.due().map { .send($0) } ?? self
    }
}
