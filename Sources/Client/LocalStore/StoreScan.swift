/// A walk over all rows that has come so far.
struct StoreScan {
    /// The last row that was taken; rows of the store's own are not.
    private(set) var position = StoreAddress(scope: StoreAddress.own(.head).scope, room: .max, place: .max)
    private(set) var sum = StoreSum()

    mutating func take(_ term: StoreSum, at address: StoreAddress) {
        sum.add(term)
        position = address
    }

    /// A row was changed: behind the walk it counts as it is now, before it as it will be found.
    mutating func note(_ term: StoreSum, isAdded: Bool, at address: StoreAddress) {
        guard address <= position else { return }
        if isAdded { sum.add(term) } else { sum.subtract(term) }
    }
}
