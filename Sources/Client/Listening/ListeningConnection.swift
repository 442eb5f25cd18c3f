import Wire

/// One open socket and what belongs to it alone.
final class ListeningConnection {
    /// How a connection came to its end.
    enum End: Equatable {
        /// The queue was empty, and that was all that was asked.
        case idle
        case cancelled
        case lost(retryMilliseconds: UInt64)
        case over(ClientError)
    }

    let line: SocketLine
    var heartbeat: Heartbeat?
    var acknowledgement = Acknowledgement()
    /// What was taken and is not durable yet: told and acknowledged once it is.
    var batch: [(number: QueueNumber?, event: SottoEvent?)] = []
    var retryMilliseconds: UInt64 = 0
    /// Up to where the queue was acknowledged on this one.
    private(set) var acknowledgedThrough: QueueNumber?
    /// Whether it was read to its end.
    var isQueueRead = false
    /// Why it will end, as far as that is known.
    var trouble: ClientError?
    /// Followed conversations of which entries were passed over.
    var passedOver: Set<ConversationID> = []
    var companions = Companions()
    /// What is done once the queue was read, where that is all that is wanted.
    var putOff: Set<Companions.Kind> = []
    var heardCount = 0

    init(line: SocketLine) { self.line = line }

    /// Whether the batch waits for nothing more.
    var isBatchFull: Bool {
        batch.count >= ClientLimits.envelopesPerAcknowledgement || line.waitingCount() == 0
    }

    func acknowledge(_ delivered: Delivered) {
        send(.delivered(delivered))
        guard delivered.through > acknowledgedThrough ?? QueueNumber(0) else { return }
        acknowledgedThrough = delivered.through
        heartbeat?.broughtSomething()
    }

    func send(_ frame: ClientFrame) { line.send(frame.encoded(as: .cbor)) }

    /// What a close code means for the next try.
    func end(closed code: UInt16) -> End {
        switch CloseCode(rawValue: code) {
        case .displaced: .over(.displaced)
        case .deviceUnlinked: .over(.unlinked)
        // The server's word alone: nothing is erased for it.
        case .accountDeleted: .over(.accountDeleted)
        default: .lost(retryMilliseconds: retryMilliseconds)
        }
    }
}
