import Wire

/// What one transaction does to chats and their lines. Everything that writes a line goes through here, so that the
/// list of chats says the same as the lines.
///
/// Reads through what it has written itself: two lines of one chat may be written in one transaction.
struct TranscriptEdit {
    private let store: LocalStore
    private let now: Timestamp
    private var chats: [ChatID: StoredChat] = [:]
    /// Of which something besides the lines is another one.
    private var changedChats: Set<ChatID> = []
    private var lines: [LinePlace: StoredLine?] = [:]
    private var due: [Timestamp: DueLines] = [:]

    init(_ store: LocalStore, now: Timestamp) {
        self.store = store
        self.now = now
    }

    /// Where the next line of a chat will stand.
    mutating func nextPlace(in chat: ChatID) throws(ClientError) -> LinePlace {
        LinePlace(chat, try stored(chat).nextNumber)
    }

    /// - Throws: ``ClientError/store(_:)`` with `unreadable` for a line of a later version.
    func line(at place: LinePlace) throws(ClientError) -> StoredLine? {
        if let line = lines[place] { return line }
        return try read(.line(place))
    }

    /// What is kept of an open conversation; `nil` where nothing is.
    func conversation(_ id: ConversationID) throws(ClientError) -> StoredConversation? {
        let chat = ChatID.conversation(id)
        if let known = chats[chat] { return known.conversation }
        return try read(.chat(chat))?.conversation
    }

    /// Writes what is known of an open conversation.
    /// - Parameter activity: where nothing was kept of it: when it began.
    mutating func set(
        _ conversation: StoredConversation, of id: ConversationID, activity: Timestamp
    ) throws(ClientError) {
        let chat = ChatID.conversation(id)
        var stored: StoredChat
        if let known = chats[chat] {
            stored = known
        } else {
            stored = try read(.chat(chat)) ?? StoredChat(chat, activity: min(activity, now))
        }
        guard stored.conversation != conversation else { return }
        stored.conversation = conversation
        chats[chat] = stored
        changedChats.insert(chat)
    }

    /// Writes a line where it belongs in the log of its conversation.
    mutating func insert(_ line: StoredLine, at place: LinePlace) throws(ClientError) {
        lines[place] = line
        var stored = try stored(place.chat)
        stored.activity = max(stored.activity, activity(of: line) ?? stored.activity)
        if place.number >= stored.lastNumber ?? 0 {
            stored.last = line.asLast
            stored.lastNumber = place.number
        }
        chats[place.chat] = stored
    }

    /// Writes a line at the end of its chat.
    mutating func append(_ line: StoredLine, to chat: ChatID) throws(ClientError) -> LinePlace {
        let place = try nextPlace(in: chat)
        var stored = try stored(chat)
        stored.nextNumber += 1
        stored.activity = max(stored.activity, activity(of: line) ?? now)
        stored.last = line.asLast
        stored.lastNumber = place.number
        if stored.handle == nil, case .person(let account) = chat {
            stored.handle = try read(.contact(account))?.handle
        }
        chats[chat] = stored
        lines[place] = line
        return place
    }

    /// Writes a line anew where it stands.
    mutating func replace(_ line: StoredLine, at place: LinePlace) throws(ClientError) {
        lines[place] = line
        var stored = try stored(place.chat)
        guard stored.lastNumber == place.number else { return }
        stored.last = line.asLast
        stored.activity = max(stored.activity, activity(of: line) ?? stored.activity)
        chats[place.chat] = stored
    }

    /// When something came or went by that line. A server that names a time to come does not keep a chat on top.
    private func activity(of line: StoredLine) -> Timestamp? { (line.time ?? line.sentAt).map { min($0, now) } }

    /// Takes a line out, as if it had never been. Its number is not given again.
    mutating func remove(at place: LinePlace) throws(ClientError) {
        lines[place] = .some(nil)
        var stored = try stored(place.chat)
        guard stored.lastNumber == place.number else { return }
        stored.last = nil
        stored.lastNumber = nil
        var end = place.number
        while end > 1, stored.last == nil {
            // The newest before it, unless this edit has taken that out as well.
            let range = StoreRange(places: 1...(end - 1), order: .newestFirst, limit: 1)
            let numbers = try asked { () throws(LocalStoreError) in try store.keys(in: .lines(of: place.chat), range) }
            // What this edit has written is not in the store yet.
            let written = lines.compactMap { (other, line) in
                line != nil && other.chat == place.chat && other.number < end ? other.number : nil
            }.max()
            guard let number = [numbers.first?.number, written].compactMap(\.self).max() else { break }
            end = number
            guard let before = try? line(at: LinePlace(place.chat, number)) else { continue }
            stored.last = before.asLast
            stored.lastNumber = number
        }
        chats[place.chat] = stored
    }

    /// Writes down when a line disappears.
    mutating func expire(
        _ line: inout StoredLine, at place: LinePlace, after seconds: UInt64
    ) throws(ClientError) {
        try expire(&line, at: place, on: now.adding(seconds: seconds))
    }

    /// The same of one whose moment the server has named.
    mutating func expire(
        _ line: inout StoredLine, at place: LinePlace, on expiresAt: Timestamp
    ) throws(ClientError) {
        var end = expiresAt
        // A moment has room for so many, and the next one comes soon.
        while end.milliseconds < Timestamp.millisecondsMax,
            try dueLines(end).places.count >= ClientLimits.dueLinesMax {
            end = Timestamp(milliseconds: end.milliseconds + 1)
        }
        line.expiresAt = end
        due[end] = DueLines(try dueLines(end).places + [place])
    }

    /// A line does not disappear any more at that moment.
    mutating func forgetExpiry(_ time: Timestamp, of place: LinePlace) throws(ClientError) {
        due[time] = DueLines(try dueLines(time).places.filter { $0 != place })
    }

    private func dueLines(_ time: Timestamp) throws(ClientError) -> DueLines {
        if let lines = due[time] { return lines }
        return try read(.expiry(time)) ?? DueLines([])
    }

    /// Puts all of it into a transaction.
    func write(into transaction: inout StoreTransaction) {
        for (place, line) in lines {
            transaction.touch(place)
            if let line { transaction.put(line, at: .line(place)) } else { transaction.remove(.line(place)) }
        }
        for (chat, stored) in chats { transaction.put(stored, at: .chat(chat)) }
        for chat in changedChats { transaction.touch(LinePlace(chat, 0)) }
        for (time, lines) in due {
            if lines.places.isEmpty {
                transaction.remove(.expiry(time))
            } else {
                transaction.put(lines, at: .expiry(time))
            }
        }
    }

    private func stored(_ chat: ChatID) throws(ClientError) -> StoredChat {
        if let stored = chats[chat] { return stored }
        // Of one that begins, its first line says when.
        return try read(.chat(chat)) ?? StoredChat(chat, activity: Timestamp(milliseconds: 0))
    }

    private func read<Value: WireType>(_ key: StoreKey<Value>) throws(ClientError) -> Value? {
        try asked { () throws(LocalStoreError) in try store.value(key) }
    }

    private func asked<Answer>(_ question: () throws(LocalStoreError) -> Answer) throws(ClientError) -> Answer {
        do { return try question() } catch { throw .store(error) }
    }
}
