import Testing
import Wire

@testable import Client
@testable import sotto

@Suite("What a chat is called")
struct ChatTargetTests {
    @Test("an open conversation has its sign before it, whatever others call it", arguments: [
        "Town", "@bob", "bob, verified", "@bob  2026-11-21 03:15  #9 bob: hi",
    ])
    func signs(name: String) {
        let town = ChatID.conversation(.sample)
        #expect(ChatTarget.name(name, of: town) == "#" + name)
        #expect(ChatTarget.name(nil, of: town) == town.description && town.description.hasPrefix("#"))
        let bob = ChatID.person(.sample)
        #expect(ChatTarget.name(name, of: bob) == bob.description && bob.description.hasPrefix("@"))
    }
}
