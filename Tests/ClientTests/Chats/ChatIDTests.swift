import Testing
import Wire

@testable import Client

@Suite("Names of chats and lines")
struct ChatIDTests {
    @Test("a chat's name reads as it is written, and nothing else reads as one")
    func text() {
        for chat in [ChatID.person(.sample), .conversation(.sample)] { #expect(ChatID(text: chat.description) == chat) }
        let id = AccountID.sample.description
        #expect(ChatID.person(.sample).description == "@" + id)
        for text in ["", "@", id, "@" + id + "x", "@" + id.dropLast(), "!" + id, "#@" + id] {
            #expect(ChatID(text: text) == nil, "\(text)")
        }
    }

    @Test("a chat is with one person or a conversation")
    func parts() {
        let (person, conversation) = (ChatID.person(.sample), ChatID.conversation(.sample))
        #expect(person.person == .sample && person.conversation == nil && !person.isOpen)
        #expect(conversation.conversation == .sample && conversation.person == nil && conversation.isOpen)
    }

    @Test("places read as they are written")
    func places() {
        let places = [1, 9, 10, 1_000, UInt64.max].map { LinePlace(.person(.sample), $0) }
        for place in places { #expect(LinePlace(text: place.text) == place) }
        for text in ["", "@/1", "\(ChatID.sample)", "\(ChatID.sample)/x", "\(ChatID.sample)/1/1"] {
            #expect(LinePlace(text: text) == nil, "\(text)")
        }
    }
}
