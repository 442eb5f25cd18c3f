import Client
import Wire

// A transcript as a test reads it: the lines of all chats together.

extension Account {
    /// Every line of every chat, in the order in which the server accepted them, or they were written.
    func history(limit: Int = 10_000) async throws(SottoError) -> [Line] {
        var lines: [Line] = []
        for chat in try await chats.all() { lines += try await chats.lines(of: chat.id, limit: limit) }
        return lines.sorted { (left, right) in
            guard left.id.chat != right.id.chat else { return left.number < right.number }
            return left.moment < right.moment
        }
    }

    /// The line with that number of the only chat.
    func only(_ number: UInt64) async throws(SottoError) -> LineID {
        let chats = try await chats.all()
        guard let chat = chats.first, chats.count == 1 else { throw .noSuchMessage }
        return LineID(chat.id, number: SequenceNumber(number))
    }
}

/// Where a line came from.
enum LineKind {
    case received
    case sent
    case synced
    case unreadable
}

/// How far a message has come.
enum LineProgress {
    case uploading
    case queued
    case accepted
    case refused
}

extension Line {
    /// When it was accepted, or written.
    fileprivate var moment: Timestamp { (time ?? sentAt).map { Timestamp($0) } ?? Timestamp(milliseconds: 0) }

    var kind: LineKind {
        if reason != nil { return .unreadable }
        guard author.isOwn else { return .received }
        return delivery == .received ? .synced : .sent
    }

    var progress: LineProgress? {
        switch delivery {
        case .received, .withdrawn: nil
        case .uploading: .uploading
        case .queued: .queued
        case .accepted: .accepted
        case .refused: .refused
        }
    }

    var reason: UnreadableReason? {
        guard case .unreadable(let reason) = body else { return nil }
        return reason
    }

    var problem: ProblemCode? {
        guard case .refused(.problem(let problem)) = delivery else { return nil }
        return problem
    }

    var fileFailure: FileFailure? {
        guard case .refused(.file(let failure)) = delivery else { return nil }
        return failure
    }

    var sticker: StickerNote? {
        guard case .sticker(let sticker, _) = body else { return nil }
        return sticker
    }

    var isSenderHidden: Bool { trust.isSenderHidden }
    var senderShown: SenderShownReason? { trust.senderShown }
}
