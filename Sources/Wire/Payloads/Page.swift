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

extension Fields {
    /// What a page holds. A later server may put more into one: a client takes as many as a frame has room for.
    mutating func items<Item: WireType>(_ get: (Record) -> [Item]) throws(WireError) -> [Item] {
        try list("items", get, count: 0...Limits.pageItemsMax, growsLater: true)
    }
}
