import Wire

// What is taken out of a chat, and what is left: docs/protocol/content.md, "Deleting" and "Disappearing".

/// The lines that disappear at one moment.
struct DueLines: WireRecord, Equatable {
    var places: [LinePlace]

    init(_ places: [LinePlace]) { self.places = places }

    init(fields: inout Fields<Self>) throws(WireError) {
        places = try fields.list("places", \.places, count: 0...StoreLimits.valueByteCountMax)
    }
}

extension TranscriptEdit {
    /// Takes out everything that a message says, with the key of its file and the evidence for a report. What was
    /// deleted leaves an empty line; what has disappeared leaves none.
    /// - Returns: the line with nothing said.
    mutating func erase(
        _ line: StoredLine, at place: LinePlace, _ removal: Removal, into transaction: inout StoreTransaction
    ) throws(ClientError) -> StoredLine {
        let left = line.emptied(removal)
        switch removal {
        case .deleted: try replace(left, at: place)
        case .expired: try remove(at: place)
        }
        if let expiresAt = line.expiresAt { try forgetExpiry(expiresAt, of: place) }
        transaction.remove(.evidence(place))
        if line.reason == .unknownContent { transaction.remove(.keptContent(place)) }
        if let message = line.message, case .person = place.chat {
            transaction.remove(.attachment(message, from: line.author))
            transaction.remove(.capability(message, from: line.author))
            transaction.remove(.sticker(message, from: line.author))
        }
        transaction.erase()
        return left
    }
}
