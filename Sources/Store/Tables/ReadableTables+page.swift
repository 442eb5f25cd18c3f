package import SQLite
package import Wire

extension ReadableTables {
    /// A page of the rows that agree in something, each as others see it.
    ///
    /// - Parameters:
    ///   - column: what the index orders by; a cursor says how far it was read.
    ///   - byteCount: of an item that may be long: a page ends early where they come to ``Limits/pageByteCountMax``.
    ///   - item: `nil` for a row that is passed over.
    /// - Throws: `malformed` for a cursor that is none; what `item` throws.
    package func page<Row, Within, By: PlaceValue, Item>(
        _ wish: PageWish, _ index: Index<Row, Within, By>, _ within: Within, by column: KeyPath<Row, By>,
        byteCount: (Item) -> Int = { (_) in 0 }, item: (Row) throws(Problem) -> Item?
    ) throws(Problem) -> Page<Item> {
        let after = try wish.cursor.map { (text) throws(Problem) in
            guard let place = By(place: text) else { throw Problem(.malformed, "Not a cursor.", field: "query.cursor") }
            return place
        }
        let rows = try rows(index, within, after: after, limit: wish.limit + 1)
        var (items, readCount, left): ([Item], Int, Int) = ([], 0, Limits.pageByteCountMax)
        for row in rows.prefix(wish.limit) {
            if let item = try item(row) {
                left -= byteCount(item)
                // One is given, however long it is.
                if left < 0, !items.isEmpty { break }
                items.append(item)
            }
            readCount += 1
        }
        return Page(items: items, next: readCount < rows.count ? rows[readCount - 1][keyPath: column].place : nil)
    }

    /// Of the whole table.
    package func page<Row, By: PlaceValue, Item>(
        _ wish: PageWish, _ index: Index<Row, Whole, By>, by column: KeyPath<Row, By>,
        item: (Row) throws(Problem) -> Item?
    ) throws(Problem) -> Page<Item> {
        try page(wish, index, Whole(), by: column, item: item)
    }
}
