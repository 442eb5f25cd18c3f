import Glibc
import TestKit
import Testing
import Transport
import Wire

/// Open videos and sounds on a real server, with the real programs where they are installed.
@Suite(.serialized) struct RecordingTests {
    private static let isInstalled = access("/usr/bin/ffmpeg", X_OK) == 0 && access("/usr/bin/ffprobe", X_OK) == 0
    private static let clip = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
        + "/fixtures/media/clip.mp4"

    /// What the server says of an open upload once it has looked at it, and whoever uploaded it.
    private func info(of bytes: [UInt8], _ arguments: [String] = []) async throws -> (MediaInfo, House, String) {
        let house = try await House(arguments: arguments)
        let carol = try await house.person("carol")
        let uploader = Tus(house: house, token: carol.token)
        let socket = try await house.socket(carol)
        let request = NewConversation(kind: .channel, mode: .open, name: "town", members: [])
        let town: ConversationView = try await house.api.call("POST", "/v1/conversations", request, token: carol.token)
        let answer = try await uploader.creation(
            of: bytes.count, [("class", "open"), ("conversation", "\(town.conversation)")], first: bytes)
        let media = try #require(answer.headers["sotto-media"].flatMap { MediaID(text: $0) })
        _ = try await socket.first { (frame) -> MediaID? in
            guard case .notice(let notice) = frame, notice.topic == .media else { return nil }
            return notice.media
        }
        let info: MediaInfo = try await house.api.call("GET", "/v1/media/\(media)/info", token: carol.token)
        return (info, house, carol.token)
    }

    @Test("an open video has a poster, a duration, a size and a waveform", .enabled(if: isInstalled, "no ffmpeg"))
    func video() async throws {
        let (info, house, token) = try await info(of: TextFile.bytes(Self.clip))
        #expect(info.state == .ready && info.failure == nil)
        let recording = try #require(info.recording)
        #expect(recording.mediaType == "video/mp4" && recording.durationMilliseconds == 2000)
        #expect((recording.width, recording.height) == (160, 120) && recording.waveform?.count == 100)
        let picture = try #require(info.picture)
        #expect(picture.mediaType == "video/mp4" && (picture.width, picture.height) == (160, 120))
        #expect(picture.thumbnails == [96, 160])
        for (query, kind) in [("size=96", "image/webp"), ("size=160&type=jpeg", "image/jpeg")] {
            let poster = try await house.api.raw("GET", "/v1/media/\(info.media)/thumbnail?\(query)", token: token)
            #expect(poster.status == 200 && poster.headers["content-type"] == kind)
        }
    }

    @Test("without programs an open video has failed, and what its head says is told; the server says so in its log")
    func absence() async throws {
        let (info, house, _) = try await info(of: TextFile.bytes(Self.clip), ["--media-programs", "/nowhere"])
        #expect(info.state == .failed && info.failure == "unsupported" && info.picture == nil)
        #expect(info.recording == RecordingInfo(
            mediaType: "video/mp4", durationMilliseconds: 2000, width: 160, height: 120))
        #expect(house.server.log.contains("media.recordings.off"))
    }

    @Test("a video that is broken has failed, and the server goes on", .enabled(if: isInstalled, "no ffmpeg"))
    func broken() async throws {
        var bytes = TextFile.bytes(Self.clip)
        // Its pictures and sounds; the head stands at the end.
        for index in 100..<(bytes.count - 4000) { bytes[index] = UInt8(truncatingIfNeeded: index &* 31) }
        let (info, house, token) = try await info(of: bytes)
        #expect(info.state == .failed && info.recording?.mediaType == "video/mp4")
        let usage: MediaUsage = try await house.api.call("GET", "/v1/media/usage", token: token)
        #expect(usage.count == 1)
    }
}
