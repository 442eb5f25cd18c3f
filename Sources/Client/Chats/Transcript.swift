import Wire

/// What this device keeps of its chats, as it is read.
final class Transcript: Room {
    private let upkeep: Upkeep
    /// The list of chats in its order, once somebody has asked for it, and which of it are to be read again.
    private var chatCache: [Chat]?
    private var staleChats: Set<ChatID> = []

    init(_ ground: Ground, _ upkeep: Upkeep) {
        self.upkeep = upkeep
        super.init(ground)
        let noteStale = { [unowned self] (touched: Touched) in
            staleChats.formUnion(touched.lines.lazy.map(\.chat))
        }
        ground.records.whenStaged.append(noteStale)
        ground.records.whenDurable.append(noteStale)
        ground.records.whenTakenBack.append { [unowned self] in chatCache = nil }
    }

    func chats() throws(ClientError) -> [Chat] {
        beforeShowing()
        let own = try ownAccount()
        var chats: [Chat] = []
        var isInOrder = false
        if let known = chatCache {
            isInOrder = staleChats.isEmpty
            // Taken, so that it is not copied; and it is read anew where something fails.
            chatCache = nil
            chats = known
            if !staleChats.isEmpty { chats.removeAll { staleChats.contains($0.id) } }
            for id in staleChats {
                if let row = try readable(.chatRow(id)) { chats.append(Chat(row, own: own)) }
            }
        } else {
            try ground.records.visitReadable(in: .chatRows) { (row) in chats.append(Chat(row, own: own)) }
        }
        for index in chats.indices where chats[index].handle == nil { chats[index] = try named(chats[index]) }
        if !isInOrder { chats = Self.inOrder(chats) }
        (chatCache, staleChats) = (chats, [])
        return chats
    }

    /// The latest first. Sorted by what decides, and moved once.
    private static func inOrder(_ chats: [Chat]) -> [Chat] {
        chats.indices.map { (index: $0, activity: chats[$0].lastActivity.milliseconds) }
            .sorted { (left, right) in
                if left.activity != right.activity { return left.activity > right.activity }
                return chats[left.index].id < chats[right.index].id
            }
            .map { chats[$0.index] }
    }

    func chat(_ id: ChatID) throws(ClientError) -> Chat? {
        beforeShowing()
        let own = try ownAccount()
        return try read(.chatRow(id)).map { (row) throws(ClientError) in try named(Chat(row, own: own)) }
    }

    func chat(with person: PersonReference) throws(ClientError) -> ChatID? {
        switch person {
        case .handle(let handle): try read(.handle(handle)).map { .person($0) }
        case .account(let account): try read(.contact(account)).map { (_) in .person(account) }
        }
    }

    /// Lines before a number, the last of them, ascending.
    /// - Parameter bound: numbers that are looked at.
    func lines(
        of chat: ChatID, before number: UInt64? = nil, limit: Int = 50, within bound: ClosedRange<UInt64> = 0...(.max)
    ) throws(ClientError) -> [Line] {
        beforeShowing()
        let own = try ownAccount()
        let last = min((number ?? .max) &- 1, bound.upperBound)
        guard limit > 0, number != 0, last >= bound.lowerBound else { return [] }
        let range = StoreRange(places: bound.lowerBound...last, order: .newestFirst, limit: limit)
        let lines = try readableValues(in: .lines(of: chat), range).map { (key, line) in
            Line(line, at: LinePlace(chat, key.number ?? 0), own: own)
        }
        return lines.reversed()
    }

    /// Lines behind a number, the first of them, ascending.
    /// - Parameter bound: numbers that are looked at.
    func lines(
        of chat: ChatID, after number: UInt64, limit: Int = 50, within bound: ClosedRange<UInt64> = 0...(.max)
    ) throws(ClientError) -> [Line] {
        beforeShowing()
        let own = try ownAccount()
        guard limit > 0, number < bound.upperBound else { return [] }
        let range = StoreRange(places: max(number + 1, bound.lowerBound)...bound.upperBound, limit: limit)
        return try readableValues(in: .lines(of: chat), range).map { (key, line) in
            Line(line, at: LinePlace(chat, key.number ?? 0), own: own)
        }
    }

    /// The number of the first line that is not older than a moment, as lines came to this device; `nil` where all are.
    func number(at time: Timestamp, of chat: ChatID) throws(ClientError) -> UInt64? {
        guard let end = try read(.chat(chat))?.nextNumber else { return nil }
        var (low, high): (UInt64, UInt64) = (1, end)
        while low < high {
            let middle = low + (high - low) / 2
            let line = try lines(of: chat, after: middle - 1, limit: 1, within: 0...(high - 1)).first
            guard let line, let moment = line.time ?? line.sentAt, Timestamp(moment) < time else {
                high = middle
                continue
            }
            low = line.number.rawValue + 1
        }
        return low < end ? low : nil
    }

    func line(_ id: LineID) throws(ClientError) -> Line? {
        beforeShowing()
        return try stagedLine(id)
    }

    /// As the other, also before it is durable.
    func stagedLine(_ id: LineID) throws(ClientError) -> Line? {
        try knownPlace(of: id).flatMap { (place) throws(ClientError) in try line(at: place) }
    }

    func line(at place: LinePlace) throws(ClientError) -> Line? {
        let own = try ownAccount()
        return try read(.line(place)).map { Line($0, at: place, own: own) }
    }

    /// Where a line stands that is there.
    /// - Throws: ``ClientError/noSuchMessage``.
    func place(of id: LineID) throws(ClientError) -> LinePlace {
        guard let place = try knownPlace(of: id), try byteCount(of: .line(place)) > 0 else {
            throw .noSuchMessage
        }
        return place
    }

    private func knownPlace(of id: LineID) throws(ClientError) -> LinePlace? {
        switch id.name {
        case .number(let number): return LinePlace(id.chat, number.rawValue)
        case .message(let message, by: let author):
            if case .conversation(let conversation) = id.chat {
                return try read(.message(message, from: author, in: conversation))?.place
            }
            let place = try read(.message(message, from: author))?.place
            // One of another chat is none of this one.
            return place?.chat == id.chat ? place : nil
        }
    }

    /// What is shown is durable, and nothing of it has run out. What a disk refuses is not shown.
    func beforeShowing() {
        if !ground.records.staged.isEmpty { try? flush() }
        upkeep.removeExpired()
    }

    /// Also of an account that was deleted.
    private func ownAccount() throws(ClientError) -> AccountID {
        if let known = ground.records.ownProfile { return known.own.account }
        guard let account = try read(.profile)?.account else { throw .notRegistered }
        return account
    }

    /// With the handle, where it was learned after the chat began.
    private func named(_ chat: Chat) throws(ClientError) -> Chat {
        guard chat.handle == nil else { return chat }
        let account: AccountID
        switch chat.id {
        case .person(let person): account = person
        case .conversation:
            guard let peer = chat.peer else { return chat }
            account = peer
        }
        var named = chat
        named.handle = try read(.contact(account))?.handle
        return named
    }
}
