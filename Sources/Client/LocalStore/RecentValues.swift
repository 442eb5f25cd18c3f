/// Values of a store that were asked for or written last, as they were opened: with each message the same few are.
///
/// In step with what is staged; whoever takes that back forgets them all.
struct RecentValues {
    struct Entry {
        let content: StoreSeal.Content
        /// What it adds to the sum over all.
        let term: StoreSum
    }

    private var entries: [StoreAddress: Entry] = [:]
    private var byteCount = 0

    subscript(address: StoreAddress) -> Entry? { entries[address] }

    mutating func set(_ content: StoreSeal.Content, _ term: StoreSum, at address: StoreAddress) {
        forget(address)
        let added = Self.byteCount(of: content)
        guard added <= StoreLimits.recentValueByteCountMax else { return }
        // Those that are asked for again come back.
        if byteCount + added > StoreLimits.recentByteCountMax { self = RecentValues() }
        entries[address] = Entry(content: content, term: term)
        byteCount += added
    }

    mutating func forget(_ address: StoreAddress) {
        if let gone = entries.removeValue(forKey: address) { byteCount -= Self.byteCount(of: gone.content) }
    }

    /// With the room that an entry takes by itself.
    private static func byteCount(of content: StoreSeal.Content) -> Int {
        content.value.count + (content.name?.utf8.count ?? 0) + 128
    }
}
