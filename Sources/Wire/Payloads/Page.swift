/// A page of a list. Where there is more, `next` says what the same query goes on with: as `cursor`, or as `after`
/// where it pages by number.
public struct Page<Item: WireRecord & Equatable>: WireRecord, Equatable {
    public static var name: String { Item.name + "Page" }
    public var items: [Item]
    /// Absent on the last page; otherwise opaque.
    public var next: String?

    public init(fields: inout Fields<Self>) throws(WireError) {
        items = try fields.items(\.items)
        next = try fields.textIfPresent("next", \.next, length: 1...200)
    }
}

/// Which page of a list is asked for.
public struct PageWish: Sendable {
    /// The `next` of the page before; `nil` for the first.
    public let cursor: String?
    /// How many items at most.
    public let limit: Int

    public init(cursor: String? = nil, limit: Int = Limits.pageItemsDefault) {
        self.cursor = cursor
        self.limit = limit
    }
}

extension Fields {
    /// What a page holds. A later server may put more into one: a client takes as many as a frame has room for.
    mutating func items<Item: WireType>(_ get: (Record) -> [Item]) throws(WireError) -> [Item] {
        try list("items", get, count: 0...Limits.pageItemsMax, growsLater: true)
    }
}
