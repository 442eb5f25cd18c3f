public import Wire

extension Shard {
    /// What stores and servers of tests are, unless a test says otherwise, and what their people's ids begin with. No
    /// two of its three digits are the same, so that a shift by some bits shows.
    public static let ofTests: Shard = {
        guard let shard = Shard(0xA5C) else { preconditionFailure("a shard within its range") }
        return shard
    }()
}
