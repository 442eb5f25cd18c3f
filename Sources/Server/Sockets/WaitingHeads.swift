import Wire

/// How far conversations have come whose entries a client could not be sent: one number for each, the last.
///
/// What others post must not end a socket, nor fill the memory: an entry may wait as 24 bytes of its conversation,
/// however many follow it, and above ``countMax`` conversations all of them wait as one word.
struct WaitingHeads {
    static let countMax = 4096
    /// About what one takes in memory.
    static let byteCount = 64

    private enum State {
        case named([ConversationID: SequenceNumber])
        /// Too many to name.
        case many
    }

    private var state = State.named([:])

    var isEmpty: Bool {
        if case .named(let heads) = state { heads.isEmpty } else { false }
    }

    /// What they take in memory, about.
    var byteCount: Int {
        if case .named(let heads) = state { heads.count * Self.byteCount } else { 0 }
    }

    mutating func note(_ conversation: ConversationID, at seq: SequenceNumber) {
        guard case .named(var heads) = state else { return }
        state = .many
        let last = heads[conversation]
        guard last != nil || heads.count < Self.countMax else { return }
        heads[conversation] = max(seq, last ?? seq)
        state = .named(heads)
    }

    /// The frames that say it all; nothing waits afterwards.
    mutating func taken() -> [ServerFrame] {
        defer { state = .named([:]) }
        switch state {
        case .named(let heads): return heads.map { .head(.init(conversation: $0, seq: $1)) }
        case .many: return [.notice(.init(topic: .conversationsAhead))]
        }
    }
}
