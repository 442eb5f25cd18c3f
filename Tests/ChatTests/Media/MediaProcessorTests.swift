import Store
import Testing
import Wire

@testable import Chat

/// Mirrors `MediaProcessor`: what becomes of its verdicts about videos and sounds.
@Suite struct MediaProcessorTests {
    @Test("a video is ready with what it is and its poster, and is nobody's avatar, emoji or image")
    func recorded() async throws {
        let house = try await ImageHouse()
        let alice = house.alice
        let town = try await house.conversation(.open)
        let media = try await house.upload(by: alice, conversation: town, byteCount: 5)
        let row = try #require(try await house.row(media))
        #expect(row.state == .ready && row.recording == ImageHouse.recording && row.picture?.width == 9)
        #expect(try await house.fileCount() == 2, "the video and its poster")
        #expect(
            await problem {
                try await house.commit { (turn) throws(Problem) in
                    try turn.setImage(ConversationImage(media: media), of: town, by: alice)
                }
            } == .mediaNotReady)
        let avatar = try await house.upload(by: alice, use: .avatar, byteCount: 5)
        #expect(
            await problem {
                try await house.commit { (turn) throws(Problem) in try turn.setAvatar(avatar, of: alice.account) }
            } == .mediaNotReady)
        let emoji = try await house.upload(by: alice, use: .emoji, byteCount: 5)
        let name = try #require(EmojiName(text: "dance"))
        #expect(
            await problem {
                try await house.commit { (turn) throws(Problem) in
                    _ = try turn.addEmoji(name, media: emoji, by: alice.account)
                }
            } == .mediaNotReady)
    }

    @Test("a video of which the head alone could be read has failed, and says what its head said")
    func halfRead() async throws {
        let house = try await ImageHouse()
        let town = try await house.conversation(.open)
        let media = try await house.upload(by: house.alice, conversation: town, byteCount: 6)
        let row = try #require(try await house.row(media))
        #expect(row.state == .failed && row.failure == "unsupported" && row.recording == ImageHouse.recording)
        #expect(row.picture == nil)
        #expect(try await house.fileCount() == 1)
    }
}
