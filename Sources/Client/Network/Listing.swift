import Wire

/// A list of the server, as far as a client reads it.
public struct Listing<Item: Sendable & Equatable>: Sendable, Equatable {
    /// In the order of the server.
    public let items: [Item]
    /// Whether the server has more of them than a client reads.
    public let isCut: Bool
}

extension Room {
    /// A list of the server, page after page. What is cut off was not asked for.
    ///
    /// The server is not believed to come to an end: it is heard out for a bounded number of items and pages, and a
    /// list that does not go on is none. Pages without items are passed over, where they name another place to go on.
    /// - Parameters:
    ///   - countMax: items after which no more is asked for.
    ///   - name: what no two items share.
    ///   - isPatient: whether a page that cannot be had now is asked for again; whoever tries the whole again is not.
    ///   - ask: asks for the page with this query.
    /// - Throws: ``ClientError/unexpectedAnswer(status:)`` for a page or an item that was there before, and for pages
    ///   without end.
    func listing<Item: Sendable, Name: Hashable>(
        countMax: Int, by name: (Item) -> Name, isPatient: Bool = true,
        _ ask: ([Argument]) async throws(ClientError) -> Page<Item>
    ) async throws(ClientError) -> Listing<Item> {
        let untrue = ClientError.unexpectedAnswer(status: 200)
        var items: [Item] = []
        var (names, cursors): (Set<Name>, Set<String>) = ([], [])
        var cursor: String?
        repeat {
            let query = [Parameters.limit(UInt64(Limits.pageItemsMax))] + (cursor.map { [Parameters.cursor($0)] } ?? [])
            let page = isPatient
                ? try await patiently(outlastsSilence: false) { () async throws(ClientError) in try await ask(query) }
                : try await ask(query)
            for item in page.items {
                guard names.insert(name(item)).inserted else { throw untrue }
                items.append(item)
            }
            cursor = page.next
            if let cursor {
                guard cursors.insert(cursor).inserted, cursors.count < ClientLimits.listPagesMax else { throw untrue }
            }
        } while cursor != nil && items.count < countMax
        return Listing(items: Array(items.prefix(countMax)), isCut: cursor != nil || items.count > countMax)
    }
}
