import Wire

/// The order in which a segment is written into the tables: each table in the order of its keys, so that rows that
/// end up in one page are written together. Made on a thread of its own, since sorting takes milliseconds.
final class FlushPlan: Sendable {
    /// Places in the segment's rows, in the order of (client id, sender).
    let accepted: [Int32]
    /// Places in the segment's rows, in the order of (conversation, seq).
    let entries: [Int32]
    /// Places in the segment's copies with their rows', in the order of (device, number).
    let copies: [(copy: Int32, row: Int32)]
    /// Places in the segment's rows, whose conversation is met the first time, in the order of the conversations.
    let conversations: [Int32]
    /// Places in the segment's rows, whose sender is met the first time.
    let senders: [Int32]

    /// - Parameter segment: one that grows no more.
    init(_ segment: TailSegment) {
        var accepted: [(UInt64, UInt64, Int64, Int32)] = []
        var entries: [(Int64, UInt64, Int32)] = []
        var copies: [(Int64, UInt64, Int32, Int32)] = []
        accepted.reserveCapacity(segment.rows.count)
        copies.reserveCapacity(segment.copies.count)
        for (place, row) in segment.rows.enumerated() {
            let place = Int32(place)
            if let client = row.client, let sender = row.sender {
                accepted.append((client.bytes.high, client.bytes.low, sender.handle, place))
            }
            if let conversation = row.conversation { entries.append((conversation.handle, row.seq, place)) }
            for (index, copy) in segment.copies(of: row).enumerated() {
                copies.append((copy.queue.handle, copy.number, row.copyStart + Int32(index), place))
            }
        }
        accepted.sort { ($0.0, $0.1, $0.2) < ($1.0, $1.1, $1.2) }
        entries.sort { ($0.0, $0.1) < ($1.0, $1.1) }
        copies.sort { ($0.0, $0.1) < ($1.0, $1.1) }
        self.accepted = accepted.map(\.3)
        self.copies = copies.map { ($0.2, $0.3) }
        self.entries = entries.map(\.2).filter { segment.rows[Int($0)].isEntry }
        var senderHandles: Set<Int64> = []
        senders = segment.rows.indices.compactMap { (place) in
            guard let sender = segment.rows[place].sender, senderHandles.insert(sender.handle).inserted else {
                return nil
            }
            return Int32(place)
        }
        var seen: Int64?
        conversations = entries.compactMap { (handle, _, place) in
            defer { seen = handle }
            return seen == handle ? nil : place
        }
    }
}
