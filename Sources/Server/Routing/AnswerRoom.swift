import Threads
import Transport
import Wire

/// Room for answers on their way: from before the store is read for a client until what was read is written to its
/// connection and the loop has tried to send it, from where on the transport counts it.
///
/// Readers are quicker than the loops that encode what they read, and who asks need not wait for the answer before he
/// asks again: without a bound, pages would pile up between them. Whoever finds no room waits in line, holding nothing;
/// who asks often waits behind himself. What an answer will be is not known before: it takes the most that it may be.
final class AnswerRoom: @unchecked Sendable {
    /// Who waits.
    enum Asker: Hashable, Sendable {
        case account(AccountID)
        /// Of whom nobody knows who it is.
        case address(String)
    }

    /// Requests that may wait in line, in all and of one asker.
    static let waitingCountMax = 8192
    static let askerWaitingCountMax = 1024

    /// A part of the room, given back when nobody has it any more.
    final class Part: Sendable {
        private let room: AnswerRoom
        private let byteCount: Int
        /// Whether it was waited for in line.
        let hasWaited: Bool

        fileprivate init(_ room: AnswerRoom, _ byteCount: Int, hasWaited: Bool) {
            self.room = room
            self.byteCount = byteCount
            self.hasWaited = hasWaited
        }

        deinit { room.leave(byteCount) }

        /// Keeps it until `loop` has sent what was written so far, as much as goes. Were it given back sooner, the next
        /// answer would be there before anything has left, and so on: at once, and uncounted, there would be an
        /// answer for everybody who waits.
        func keep(untilSentOn loop: EventLoop) {
            loop.afterSending { withExtendedLifetime(self) {} }
        }
    }

    private struct Waiting {
        let byteCount: Int
        let enter: @Sendable (Part) -> Void
    }

    private let byteCountMax: Int
    private let lock = Lock()
    // Unchecked because the rest is guarded by `lock`.
    private var taken = 0
    private var line = FairLine<Asker, Waiting>()
    /// Somebody hands out what became free; whoever leaves meanwhile need not.
    private var isHandingOut = false
    /// The connections hold more than they may.
    private var isCrowded = false

    init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

    /// What is taken now.
    var byteCount: Int { lock.withLock { taken } }
    /// Who waits now.
    var waitingCount: Int { lock.withLock { line.count } }

    /// Takes room for `byteCount` bytes, all of it where there is less; waits in line for it.
    /// - Throws: `overloaded` where too many wait already.
    func part(_ byteCount: Int, for asker: Asker) async throws(Problem) -> Part {
        let hasPlace = lock.withLock {
            line.count < Self.waitingCountMax && line.count(of: asker) < Self.askerWaitingCountMax
        }
        guard hasPlace else {
            throw Problem(.overloaded, "Too many requests wait; try again in a second.", retryAfterSeconds: 1)
        }
        return await withCheckedContinuation { (continuation) in
            enter(byteCount, for: asker) { continuation.resume(returning: $0) }
        }
    }

    /// As ``part(_:for:)``, for those of whom there are not too many: `body` runs at once, or on the thread that makes
    /// room, inside whatever that holds. So it asks for nothing, and hands on what is to be done.
    func enter(_ byteCount: Int, for asker: Asker, _ body: @escaping @Sendable (Part) -> Void) {
        let wanted = min(byteCount, byteCountMax)
        let isIn = lock.withLock {
            guard !isCrowded, line.isEmpty, taken + wanted <= byteCountMax else {
                line.append(Waiting(byteCount: wanted, enter: body), of: asker)
                return false
            }
            taken += wanted
            return true
        }
        if isIn { body(Part(self, wanted, hasWaited: false)) }
    }

    /// Whether the connections hold more than they may. As long as they do nobody goes in: it takes the loops a while
    /// to cut whoever does not read, and what is read for the next one meanwhile is written as fast as the store reads.
    func setCrowded(_ isCrowded: Bool) {
        lock.withLock { self.isCrowded = isCrowded }
        if !isCrowded { leave(0) }
    }

    private func leave(_ byteCount: Int) {
        let isMine = lock.withLock {
            taken -= byteCount
            defer { isHandingOut = true }
            return !isHandingOut
        }
        guard isMine else { return }
        while let first = lock.withLock({ takeFirst() }) { first.enter(Part(self, first.byteCount, hasWaited: true)) }
    }

    /// Whose turn it is and who has room now, which is taken.
    private func takeFirst() -> Waiting? {
        guard !isCrowded, let first = line.first, taken + first.byteCount <= byteCountMax else {
            isHandingOut = false
            return nil
        }
        taken += first.byteCount
        return line.popFirst()
    }
}
