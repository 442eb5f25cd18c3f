/// Values of a store that were asked for or written last, as they were opened, and as what they were read: with each
/// message the same few are.
///
/// In step with what is staged; whoever takes that back forgets them all.
struct RecentValues {
    struct Entry {
        /// `nil` where nothing is there.
        let content: StoreSeal.Content?
        /// What it adds to the sum over all.
        let term: StoreSum
        /// What somebody made of it.
        fileprivate(set) var reading: (any Sendable)?

        /// With the room that an entry takes by itself; a reading counts as much as what was read.
        fileprivate var byteCount: Int {
            let valueByteCount = content?.value.count ?? 0
            return valueByteCount * (reading == nil ? 1 : 2) + (content?.name?.utf8.count ?? 0) + 128
        }
    }

    private var entries: [StoreAddress: Entry] = [:]
    private var byteCount = 0

    subscript(address: StoreAddress) -> Entry? { entries[address] }

    mutating func set(_ content: StoreSeal.Content?, _ term: StoreSum, at address: StoreAddress) {
        put(Entry(content: content, term: term), at: address)
    }

    /// Keeps what was made of an entry, where there is one.
    mutating func set(reading: some Sendable, at address: StoreAddress) {
        guard var entry = entries[address] else { return }
        entry.reading = reading
        if entry.byteCount <= StoreLimits.recentValueByteCountMax { put(entry, at: address) }
    }

    private mutating func put(_ entry: Entry, at address: StoreAddress) {
        forget(address)
        let added = entry.byteCount
        guard added <= StoreLimits.recentValueByteCountMax else { return }
        // Those that are asked for again come back.
        if byteCount + added > StoreLimits.recentByteCountMax { self = RecentValues() }
        entries[address] = entry
        byteCount += added
    }

    mutating func forget(_ address: StoreAddress) {
        if let gone = entries.removeValue(forKey: address) { byteCount -= gone.byteCount }
    }
}
