import Wire

// Holes of a log that somebody scrolls into.

extension OpenLogs {
    /// Sees to it that the newest lines are here, so many if there are. Where the server cannot be reached what is here
    /// has to do.
    func loadNewest(of id: ConversationID, count: Int) async throws(ClientError) {
        try await learn(id)
        // Who was removed may be back.
        if let over = try stored(id), over.isOver, let view = try? await conversations.conversation(id) {
            try adopt(view, since: over.head)
        }
        guard let conversation = try stored(id), try mayFetch(id) else { return }
        let newest = conversation.known.newest
        if !isLive || newest.map({ $0.upperBound < conversation.head.rawValue }) ?? true {
            guard try await isReached({ () async throws(ClientError) in
                try await self.fetch(.newest, of: id, limit: count)
            }) else { return }
        }
        guard let end = try stored(id)?.known.newest?.upperBound else { return }
        _ = try await isReached { () async throws(ClientError) in
            try await self.load(before: end + 1, of: id, count: count)
        }
    }

    /// Sees to it that lines around a number are here.
    func load(around number: UInt64, of id: ConversationID, count: Int) async throws(ClientError) {
        try await learn(id)
        guard number > 0, number < LinePlace.firstWaiting, try mayFetch(id) else { return }
        if try stretch(around: number, of: id) == nil { try await fetch(.around(number), of: id, limit: max(count, 2)) }
        guard try stretch(around: number, of: id) != nil else { return }
        _ = try await isReached { () async throws(ClientError) in
            try await self.load(before: number, of: id, count: count / 2)
            try await self.load(after: number - 1, of: id, count: count - count / 2)
        }
    }

    /// Sees to it that lines before a number are here, so many if there are.
    func load(before number: UInt64, of id: ConversationID, count: Int) async throws(ClientError) {
        guard number < LinePlace.firstWaiting else { return try await loadNewest(of: id, count: count) }
        try await learn(id)
        // Behind the end of the log, as far as that is known.
        if let kept = try stored(id), number > kept.head.rawValue + 1 { try await loadNewest(of: id, count: count) }
        guard try mayFetch(id), let head = try stored(id)?.head.rawValue else { return }
        let number = min(number, head + 1)
        for _ in 0..<ClientLimits.pagesPerLoadMax where number > 1 {
            let first = try stretch(around: number - 1, of: id)?.lowerBound ?? number
            let have = first < number ? try lineCount(in: first...(number - 1), of: id, atMost: count) : 0
            guard first > 1, have < count else { return }
            try await fetch(.before(first), of: id, limit: count - have)
        }
    }

    /// Sees to it that lines behind a number are here, so many if there are.
    func load(after number: UInt64, of id: ConversationID, count: Int) async throws(ClientError) {
        try await learn(id)
        guard try mayFetch(id) else { return }
        for _ in 0..<ClientLimits.pagesPerLoadMax {
            let last = try stretch(around: number + 1, of: id)?.upperBound ?? number
            let have = last > number ? try lineCount(in: (number + 1)...last, of: id, atMost: count) : 0
            guard let conversation = try stored(id), last < conversation.head.rawValue, have < count else { return }
            let (part, _) = try await fetch(.after(last), of: id, limit: count - have)
            guard part.covered != nil else { return }
        }
    }

    /// The number of the first entry that is not older than a moment; `nil` where all are older.
    ///
    /// Asks the server for some twenty entries, since the log has no order but its own.
    func number(at time: Timestamp, of id: ConversationID) async throws(ClientError) -> UInt64? {
        try await learn(id)
        guard try mayFetch(id) else { return nil }
        let head = try await conversations.conversation(id).head.rawValue
        guard head < LinePlace.firstWaiting else { throw .unexpectedAnswer(status: 200) }
        let end = head + 1
        var (low, high): (UInt64, UInt64) = (1, end)
        while low < high {
            let middle = low + (high - low) / 2
            let part = try await conversations.log(of: id, .after(middle - 1), limit: 1)
            guard let entry = part.entries.first, entry.time < time else {
                high = middle
                continue
            }
            low = entry.seq.rawValue + 1
        }
        return low < end ? low : nil
    }

    /// What is over is as it is here.
    private func mayFetch(_ id: ConversationID) throws(ClientError) -> Bool { try stored(id)?.isOver == false }

    /// The numbers around one that are kept without a hole; what waits to be posted belongs to the newest. What reaches
    /// the head has no end. Where no hole can be filled any more, there is none.
    func bound(around number: UInt64, of id: ConversationID) throws(ClientError) -> ClosedRange<UInt64>? {
        guard let conversation = try stored(id) else { return nil }
        guard !conversation.isOver else { return 0...(.max) }
        let (known, head) = (conversation.known, conversation.head.rawValue)
        guard number < LinePlace.firstWaiting else {
            return (known.newest?.lowerBound ?? LinePlace.firstWaiting)...(.max)
        }
        if number > head, let newest = known.newest, newest.upperBound >= head { return newest.lowerBound...(.max) }
        guard let stretch = known.stretch(around: number) else { return nil }
        return stretch.upperBound >= head ? stretch.lowerBound...(.max) : stretch
    }

    private func stretch(around number: UInt64, of id: ConversationID) throws(ClientError) -> ClosedRange<UInt64>? {
        try stored(id)?.known.stretch(around: number)
    }

    private func lineCount(
        in numbers: ClosedRange<UInt64>, of id: ConversationID, atMost limit: Int
    ) throws(ClientError) -> Int {
        try keys(in: StoreShelf<StoredLine>.lines(of: .conversation(id)), StoreRange(places: numbers, limit: limit))
            .count
    }

    /// - Returns: `false` where the server cannot be reached now.
    private func isReached(_ body: () async throws(ClientError) -> some Any) async throws(ClientError) -> Bool {
        do throws(ClientError) {
            _ = try await body()
            return true
        } catch {
            guard error.isPassing else { throw error }
            return false
        }
    }
}
