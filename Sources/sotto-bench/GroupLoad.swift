import Wire

/// One open conversation with every member online; the owner keeps a window of posts on the way. Keeps the ledger:
/// every member gets every post once and in the order of its seq.
final class GroupLoad: LoadHandler {
    /// Posts that may be accepted and not yet with every member.
    private static let underWayMax = 1 << 16

    private struct Member {
        var seq: UInt64 = 0
        var mark: UInt64 = 0
    }

    private let template: FrameTemplate
    private let textByteCount: Int
    private let window: UInt64
    private var members: [Member]
    private var sender: LoadSocket?
    private var sent: UInt64 = 0
    private var sentAt = [UInt64](repeating: 0, count: GroupLoad.underWayMax)
    private var isSending = true

    var isMeasuring = false
    private(set) var acceptedCount: UInt64 = 0
    private(set) var deliveredCount: UInt64 = 0
    private(set) var accepting = Histogram()
    private(set) var delivering = Histogram()

    init(_ conversation: ConversationID, memberCount: Int, window: Int, textByteCount: Int) throws(BenchError) {
        template = try FrameTemplate(to: conversation, textByteCount: textByteCount)
        self.textByteCount = textByteCount
        self.window = UInt64(window)
        members = Array(repeating: Member(), count: memberCount)
    }

    /// Fills the window of the first socket, which is the owner's.
    func start(_ sockets: [LoadSocket]) {
        sender = sockets.first
        fill(at: Monotonic.now())
    }

    func stop() { isSending = false }

    var isSettled: Bool { acceptedCount == sent && members.allSatisfy { $0.mark == sent } }

    func received(_ frame: UnsafeRawBufferPointer, on socket: LoadSocket, at time: UInt64) throws(BenchError) {
        switch Peek.tag(frame) {
        case .event: try delivered(frame, to: socket.index, at: time)
        case .accepted: try accepted(frame, at: time)
        case .hello, .queueEmpty, .pong: break
        case .envelope, .other: try Peek.other(frame)
        }
    }

    func readEnded(on socket: LoadSocket, at time: UInt64) throws(BenchError) {
        if socket === sender { fill(at: time) }
    }

    func turn(at time: UInt64) throws(BenchError) -> UInt64 { .max }

    private func fill(at time: UInt64) {
        guard isSending, let sender else { return }
        while sent - acceptedCount < window {
            sent += 1
            sentAt[Int(sent % UInt64(Self.underWayMax))] = time
            template.append(sent, to: &sender.outbox)
        }
    }

    private func accepted(_ frame: UnsafeRawBufferPointer, at time: UInt64) throws(BenchError) {
        guard let count = Peek.acceptedCount(frame) else { return try Peek.other(frame) }
        guard count == acceptedCount + 1 else { throw .broken("accepted \(count) after \(acceptedCount)") }
        acceptedCount = count
        if isMeasuring { accepting.add(time - min(time, sentAt[Int(count % UInt64(Self.underWayMax))])) }
    }

    private func delivered(_ frame: UnsafeRawBufferPointer, to index: Int, at time: UInt64) throws(BenchError) {
        guard let seq = Peek.eventSeq(frame), let mark = Peek.mark(frame, bodyByteCount: textByteCount) else {
            return try Peek.other(frame)
        }
        guard mark == members[index].mark + 1, members[index].seq == 0 || seq == members[index].seq + 1 else {
            throw .broken("event \(seq) with post \(mark) after \(members[index].seq) with \(members[index].mark)")
        }
        members[index] = Member(seq: seq, mark: mark)
        deliveredCount += 1
        if isMeasuring { delivering.add(time - min(time, sentAt[Int(mark % UInt64(Self.underWayMax))])) }
    }
}
