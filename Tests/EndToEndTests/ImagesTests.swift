import Crypto
import TestKit
import Testing
import Transport
import Wire

/// Avatars, images of conversations and emoji, made of real images by a real worker.
@Suite(.serialized) struct ImagesTests {
    private static func fixture(_ name: String) -> [UInt8] {
        let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
        return TextFile.bytes(root + "/fixtures/media/" + name)
    }

    private func upload(_ name: String, _ use: String, by resident: Resident, in house: House) async throws -> MediaID {
        try await Tus.storeOpen(Self.fixture(name), [("use", use)], by: resident, in: house).media
    }

    private func choose(_ path: String, _ media: MediaID, by resident: Resident, in house: House) async throws -> Int {
        try await house.api.send("PUT", path, ImageChoice(media: media), token: resident.token).status
    }

    @Test("an avatar is a picture for everybody and a photograph for nobody else, and leaves no byte behind")
    func avatar() async throws {
        let house = try await House()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let api = house.api
        let own = "/v1/accounts/me/avatar", seen = "/v1/accounts/\(alice.account)/avatar?size=96"
        #expect(try await api.raw("GET", seen, token: bob.token).status == 404)
        let media = try await upload("orientation-6.jpg", "avatar", by: alice, in: house)
        #expect(try await choose(own, media, by: alice, in: house) == 204)
        let view: AccountView = try await api.call("GET", "/v1/accounts/\(alice.account)", token: bob.token)
        #expect(view.avatar == media)
        let picture = try await api.raw("GET", seen, token: bob.token)
        #expect(picture.status == 200 && picture.headers["content-type"] == "image/webp")
        #expect(picture.headers["cache-control"] == "private, no-cache")
        #expect(picture.body.firstRange(of: Array("EXIF".utf8)) == nil)
        let tag = try #require(picture.headers["etag"])
        let again = try await api.raw("GET", seen, token: bob.token, headers: [("If-None-Match", tag)])
        #expect(again.status == 304)
        let jpeg = try await api.raw("GET", seen + "&type=jpeg", token: bob.token)
        #expect(jpeg.headers["content-type"] == "image/jpeg")
        #expect(try await api.raw("GET", "/v1/media/\(media)/thumbnail?size=96", token: bob.token).status == 200)
        #expect(try await api.raw("GET", "/v1/media/\(media)", token: bob.token).status == 404)
        #expect(try await api.raw("GET", "/v1/media/\(media)", token: alice.token).status == 200)

        let second = try await upload("rgb.png", "avatar", by: alice, in: house)
        #expect(try await choose(own, second, by: alice, in: house) == 204)
        #expect(try await api.raw("GET", "/v1/media/\(media)/info", token: alice.token).status == 404)
        let other = try await api.raw("GET", seen, token: bob.token, headers: [("If-None-Match", tag)])
        #expect(other.status == 200 && other.headers["etag"] != tag)
        #expect(try await api.raw("DELETE", own, token: alice.token).status == 204)
        #expect(try await api.raw("GET", seen, token: bob.token).status == 404)
        #expect(house.mediaFiles.isEmpty)
    }

    @Test("what is no image, or too large, becomes no avatar")
    func refusals() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let tus = Tus(house: house, token: alice.token)
        let text = try await Tus.storeOpen(Array("hello".utf8), [("use", "avatar")], by: alice, in: house)
        #expect(text.state == .failed && text.use == .avatar)
        #expect(try await choose("/v1/accounts/me/avatar", text.media, by: alice, in: house) == 409)
        let large = try await tus.creation(
            of: Int(Limits.avatarByteCountMax) + 1, [("class", "open"), ("use", "avatar")])
        #expect(try Tus.problem(large).code == .bodyTooLarge)
        for metadata in [
            [("class", "open"), ("use", "wallpaper")], [("class", "sealed"), ("use", "avatar")],
            [("class", "open"), ("use", "avatar"), ("lifetime", "pinned")],
            [("class", "open"), ("use", "avatar"), ("conversation", "\(ConversationID.random())")],
        ] {
            let digest = ("sha256", Tus.hexadecimal(SHA256.hash([1])))
            #expect(try Tus.problem(try await tus.creation(of: 1, metadata + [digest])).code == .malformed)
        }
    }

    @Test("an emoji is listed, moves where it moves, and goes by who added it or by whoever runs the server")
    func emoji() async throws {
        let house = try await House()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let (api, admin) = (house.api, APIClient(port: house.server.adminPort))
        let media = try await upload("animated.gif", "emoji", by: alice, in: house)
        #expect(try await choose("/v1/emoji/party+1", media, by: alice, in: house) == 201)
        #expect(try await choose("/v1/emoji/Party", media, by: alice, in: house) == 404)
        let page: Page<EmojiView> = try await api.call("GET", "/v1/emoji", token: bob.token)
        #expect(page.items.map(\.name.text) == ["party+1"] && page.items.first?.creator == alice.account)
        let picture = try await api.raw("GET", "/v1/emoji/party+1/image?animated=true", token: bob.token)
        #expect(picture.status == 200 && picture.body.firstRange(of: Array("ANIM".utf8)) != nil)
        let second = try await upload("rgb.png", "emoji", by: bob, in: house)
        let taken = try await api.send(
            "PUT", "/v1/emoji/party+1", ImageChoice(media: second), token: bob.token)
        #expect(try Tus.problem(taken).code == .emojiTaken)
        #expect(try await choose("/v1/emoji/blue", second, by: bob, in: house) == 201)
        #expect(try await api.raw("DELETE", "/v1/emoji/blue", token: alice.token).status == 403)
        #expect(try await api.raw("DELETE", "/v1/emoji/party+1", token: alice.token).status == 204)
        #expect(try await admin.raw("DELETE", "/admin/v1/emoji/blue").status == 204)
        #expect(try await admin.raw("DELETE", "/admin/v1/emoji/blue").status == 404)
        let left: Page<EmojiView> = try await admin.call("GET", "/admin/v1/emoji")
        #expect(left.items.isEmpty && house.mediaFiles.isEmpty)
    }

    @Test("where the operator lets nobody add emoji, nobody does")
    func off() async throws {
        let house = try await House(arguments: ["--emoji", "off"])
        let alice = try await house.person("alice")
        let media = try await upload("rgb.png", "emoji", by: alice, in: house)
        #expect(try await choose("/v1/emoji/blue", media, by: alice, in: house) == 403)
    }

    @Test("members see the image of their open conversation, and hear when it changes")
    func conversation() async throws {
        let house = try await House()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let api = house.api
        let new = NewConversation(kind: .group, mode: .open, name: "town", members: [bob.account])
        let town: ConversationView = try await api.call("POST", "/v1/conversations", new, token: alice.token)
        let info = try await Tus.storeOpen(
            Self.fixture("lossy.webp"), [("conversation", "\(town.conversation)")], by: alice, in: house)
        let socket = try await house.socket(bob)
        let path = "/v1/conversations/\(town.conversation)/image"
        let image = ConversationImage(media: info.media)
        #expect(try await api.send("PUT", path, image, token: bob.token).status == 403)
        #expect(try await api.send("PUT", path, image, token: alice.token).status == 204)
        let told = try await socket.first { (frame) -> ConversationImage? in
            guard case .event(let entry) = frame, case .image(let image) = entry.event else { return nil }
            return image
        }
        #expect(told == image)
        let view: ConversationView = try await api.call(
            "GET", "/v1/conversations/\(town.conversation)", token: bob.token)
        #expect(view.image == info.media)
        let picture = try await api.raw("GET", "/v1/media/\(info.media)/thumbnail?size=96", token: bob.token)
        #expect(picture.status == 200)
        #expect(try await api.raw("DELETE", path, token: alice.token).status == 204)
        #expect(house.mediaFiles.isEmpty)
    }
}
