import Foundation
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

    @Test("names of chats and lines are kept as text, and anything else is none")
    func coded() throws {
        let chats = [ChatID.person(.sample), .conversation(.random())]
        let lines = chats.flatMap { (chat) in
            [
                LineID(chat, number: 0), LineID(chat, number: SequenceNumber(.max)),
                LineID(chat, .message(.random(), by: .random())),
            ]
        }
        #expect(try JSONDecoder().decode([ChatID].self, from: JSONEncoder().encode(chats)) == chats)
        #expect(try JSONDecoder().decode([LineID].self, from: JSONEncoder().encode(lines)) == lines)
        for line in lines { #expect(LineID(text: line.description) == line) }
        let (chat, id) = (chats[0].description, ClientID.sample.description)
        for text in [
            "", chat, "\(chat)/", "\(chat)/01", "\(chat)/-1", "\(chat)/\(id)", "\(chat)/\(id).",
            "\(chat)/\(id).\(id).\(id)", "x/1", "\(chat)/1/1",
        ] {
            #expect(LineID(text: text) == nil, "\(text)")
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode([LineID].self, from: JSONEncoder().encode([text]))
            }
        }
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
