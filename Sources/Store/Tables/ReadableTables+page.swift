package import SQLite
package import Wire

extension ReadableTables {
    /// A page of the rows that agree in something, each as others see it.
    ///
    /// - Parameters:
    ///   - column: what the index orders by; a cursor says how far it was read.
    ///   - rowsMax: rows that are looked at; no more than the page has items where many of them are items.
    ///   - byteCount: of an item that may be long: a page ends early where they come to ``Limits/pageByteCountMax``.
    ///   - item: `nil` for a row that is passed over.
    /// - Throws: `malformed` for a cursor that is none; what `item` throws.
    package func page<Row, Within, By: PlaceValue, Item>(
        _ wish: PageWish, _ index: Index<Row, Within, By>, _ within: Within, by column: KeyPath<Row, By>,
        rowsMax: Int = 0, byteCount: (Item) -> Int = { (_) in 0 }, item: (Row) throws(Problem) -> Item?
    ) throws(Problem) -> Page<Item> {
        var place = try wish.cursor.map { (text) throws(Problem) in
            guard let place = By(place: text) else { throw Problem(.malformed, "Not a cursor.", field: "query.cursor") }
            return place
        }
        var (items, bytesLeft, rowsLeft): ([Item], Int, Int) = ([], Limits.pageByteCountMax, max(rowsMax, wish.limit))
        while true {
            let count = min(wish.limit - items.count, rowsLeft)
            let rows = try rows(index, within, after: place, limit: count + 1)
            for row in rows.prefix(count) {
                if let item = try item(row) {
                    bytesLeft -= byteCount(item)
                    // One is given, however long it is.
                    if bytesLeft < 0, !items.isEmpty { return Page(items: items, next: place?.place) }
                    items.append(item)
                }
                place = row[keyPath: column]
            }
            guard rows.count > count else { return Page(items: items, next: nil) }
            rowsLeft -= count
            guard items.count < wish.limit, rowsLeft > 0 else { return Page(items: items, next: place?.place) }
        }
    }

    /// Of the whole table.
    package func page<Row, By: PlaceValue, Item>(
        _ wish: PageWish, _ index: Index<Row, Whole, By>, by column: KeyPath<Row, By>,
        item: (Row) throws(Problem) -> Item?
    ) throws(Problem) -> Page<Item> {
        try page(wish, index, Whole(), by: column, item: item)
    }
}
