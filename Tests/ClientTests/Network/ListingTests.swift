import Testing
import Transport
import Wire

@testable import Client

/// Lists of a server that may say anything: pages without end, the same again, nothing at all.
@Suite("Lists of the server") struct ListingTests {
    private typealias Pages = Page<ConversationView>

    private static func view(_ number: UInt64 = .random(in: 0...UInt64.max)) -> ConversationView {
        var view = ConversationView.sample
        view.conversation = ConversationID(bytes: SixteenBytes(high: 0, low: number))
        return view
    }

    /// What comes behind `cursor=`, as a number; 0 on the first page.
    private static func cursor(_ path: String) -> UInt64 {
        path.split(separator: "cursor=").dropFirst().first.flatMap { UInt64($0) } ?? 0
    }

    /// A client whose server answers for its list as the test says, page by page.
    private func client(
        _ server: ScriptedServer = ScriptedServer(), page: @escaping @Sendable (UInt64) -> Pages
    ) async throws -> Account {
        let client = try await server.client()
        server.with {
            $0.answers = { $0.hasPrefix("/v1/conversations?") ? page(Self.cursor($0)) : nil }
        }
        return client
    }

    @Test("every page is read, also behind one that has nothing")
    func whole() async throws {
        let client = try await client { (cursor) in
            switch cursor {
            case 0: Pages(items: [Self.view(1), Self.view(2)], next: "1")
            case 1: Pages(items: [], next: "2")
            default: Pages(items: [Self.view(3)], next: nil)
            }
        }
        let listing = try await client.chats.conversations()
        #expect(listing.items == [Self.view(1), Self.view(2), Self.view(3)] && !listing.isCut)
        await client.close()
    }

    @Test("a server that does not answer in time is asked for a list once")
    func late() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        server.with {
            $0.calls = []
            $0.latePath = "/v1/conversations?"
        }
        await #expect(throws: SottoError(.unreachable(.timedOut))) { try await client.chats.conversations() }
        #expect(server.with { $0.calls.filter { $0.contains("/v1/conversations?") }.count } == 1)
        await client.close()
    }

    @Test("of a list without end a bounded part is read, and that there is more is said")
    func endless() async throws {
        let server = ScriptedServer()
        let client = try await client(server) { (cursor) in
            Pages(items: (0..<200).map { Self.view(cursor * 1000 + $0) }, next: "\(cursor + 1)")
        }
        let listing = try await client.chats.conversations()
        #expect(listing.items.count == ClientLimits.listedItemsMax && listing.isCut)
        let pageCount = server.with { $0.calls.filter { $0.contains("/v1/conversations?") }.count }
        #expect(pageCount == ClientLimits.listedItemsMax / 200)
        await client.close()
    }

    @Test("pages that bring nothing and never end are no list")
    func emptyPages() async throws {
        let server = ScriptedServer()
        let client = try await client(server) { Pages(items: [], next: "\($0 + 1)") }
        await #expect(throws: SottoError(.unexpectedAnswer(status: 200))) { try await client.chats.conversations() }
        let pageCount = server.with { $0.calls.filter { $0.contains("/v1/conversations?") }.count }
        #expect(pageCount == ClientLimits.listPagesMax)
        await client.close()
    }

    @Test("a page that leads to itself or back, and an item that comes twice, are no list")
    func again() async throws {
        let lies: [@Sendable (UInt64) -> Pages] = [
            { (cursor) in Pages(items: [Self.view(cursor)], next: "1") },
            { (cursor) in Pages(items: [Self.view()], next: cursor == 1 ? "2" : "1") },
            { (cursor) in Pages(items: [Self.view(7)], next: cursor == 0 ? "1" : nil) },
            { (_) in Pages(items: [Self.view(7), Self.view(7)], next: nil) },
        ]
        for lie in lies {
            let client = try await client(page: lie)
            await #expect(throws: SottoError(.unexpectedAnswer(status: 200))) { try await client.chats.conversations() }
            await client.close()
        }
    }
}
