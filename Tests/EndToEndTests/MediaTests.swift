import Crypto
import Glibc
import TestKit
import Testing
import Transport
import Wire

/// Complete media on a real server: how they are served, and how they end.
@Suite(.serialized) struct MediaTests {
    private func tus(_ arguments: [String] = []) async throws -> Tus {
        let house = try await House(arguments: arguments)
        return Tus(house: house, token: try await house.person("alice").token)
    }

    @Test("a download says what it is, and nothing a browser could run")
    func headers() async throws {
        let tus = try await tus()
        let bytes = Array("<html><script>alert(1)</script>".utf8)
        let created = try await tus.store(bytes)
        let answer = try await tus.download(created.media)
        #expect(answer.status == 200 && answer.body == bytes)
        for (name, value) in [
            ("etag", "\"\(Base64URL.encode(SHA256.hash(bytes)))\""), ("content-length", String(bytes.count)),
            ("cache-control", "private, immutable, max-age=31536000"), ("accept-ranges", "bytes"),
            ("content-type", "application/octet-stream"), ("content-disposition", "attachment"),
            ("x-content-type-options", "nosniff"), ("content-security-policy", "sandbox; default-src 'none'"),
        ] {
            #expect(answer.headers[name] == value)
        }
        let head = try await tus.house.api.raw("HEAD", "/v1/media/\(created.media)", token: tus.token)
        #expect(head.status == 200 && head.body.isEmpty && head.headers["content-length"] == String(bytes.count))
    }

    @Test("a deletion under an idempotency key is answered alike when it is sent again")
    func deletedTwice() async throws {
        let tus = try await tus()
        let media = try await tus.store(Array("bytes".utf8)).media
        let (api, target) = (tus.house.api, Endpoints.deleteMedia.target(media))
        let first = try await api.send("DELETE", target, token: tus.token, idempotencyKey: "once")
        let again = try await api.send("DELETE", target, token: tus.token, idempotencyKey: "once")
        #expect(first.status == 204 && again.status == 204)
        #expect(again.headers["idempotent-replayed"] == "true")
        #expect(try await api.send("DELETE", target, token: tus.token, idempotencyKey: "twice").status == 404)
    }

    @Test("ranges are exact, at the ends of chunks and files too")
    func ranges() async throws {
        let tus = try await tus()
        let bytes = Tus.bytes(200_000)
        let media = try await tus.store(bytes).media
        let tag = "\"\(Base64URL.encode(SHA256.hash(bytes)))\""
        for (range, expected) in [
            ("bytes=0-0", 0..<1), ("bytes=65535-65536", 65_535..<65_537), ("bytes=199999-", 199_999..<200_000),
            ("bytes=-1", 199_999..<200_000), ("bytes=-999999", 0..<200_000), ("bytes=100-999999", 100..<200_000),
        ] {
            let answer = try await tus.download(media, [("Range", range)])
            #expect(answer.status == 206 && answer.body == Array(bytes[expected]), "\(range)")
            #expect(
                answer.headers["content-range"] == "bytes \(expected.lowerBound)-\(expected.upperBound - 1)/200000")
        }
        let beyond = try await tus.download(media, [("Range", "bytes=200000-")])
        #expect(beyond.status == 416 && beyond.headers["content-range"] == "bytes */200000" && beyond.body.isEmpty)
        #expect(try await tus.download(media, [("Range", "bytes=0-0"), ("If-Range", tag)]).status == 206)
        #expect(try await tus.download(media, [("Range", "bytes=0-0"), ("If-Range", "\"x\"")]).status == 200)
        let same = try await tus.download(media, [("If-None-Match", tag)])
        #expect(same.status == 304 && same.body.isEmpty && same.headers["etag"] == tag)
        for answer in [same, beyond] { #expect(answer.headers.all("x-content-type-options") == ["nosniff"]) }
    }

    @Test("a file of many megabytes comes out as it went in")
    func large() async throws {
        let tus = try await tus()
        let bytes = Tus.bytes(9_500_000)
        let media = try await tus.store(bytes).media
        #expect(try await tus.download(media).body == bytes)
        let middle = try await tus.download(media, [("Range", "bytes=4194300-8388700")])
        #expect(middle.body == Array(bytes[4_194_300...8_388_700]))
    }

    @Test("the delete capability, or a device of the account, deletes: the bytes are off the disk at once")
    func deletion() async throws {
        let tus = try await tus()
        let bob = try await tus.house.person("bobby")
        let bytes = Tus.bytes(70_000)
        let first = try await tus.store(bytes)
        let second = try await tus.store(bytes)
        #expect(tus.house.mediaFiles.count == 2)
        let api = tus.house.api
        func delete(_ media: MediaID, _ capability: String? = nil, _ token: String? = nil) async throws -> Int {
            let fields = capability.map { [("Sotto-Delete-Capability", $0)] } ?? []
            return try await api.raw("DELETE", "/v1/media/\(media)", token: token, headers: fields).status
        }
        #expect(try await delete(first.media) == 401)
        #expect(try await delete(first.media, nil, bob.token) == 404, "bob may read them, not delete them")
        #expect(try await delete(first.media, second.deleteCapability) == 404)
        #expect(tus.house.mediaFiles.count == 2)
        #expect(try await delete(first.media, first.deleteCapability) == 204)
        #expect(try await delete(second.media, nil, tus.token) == 204)
        #expect(tus.house.mediaFiles.isEmpty, "sealed media, and nothing of them is left")
        #expect(try await tus.download(first.media).status == 404)
        #expect(try await delete(first.media, first.deleteCapability) == 404)
        let usage: MediaUsage = try await api.call("GET", "/v1/media/usage", token: tus.token)
        #expect(usage.count == 0 && usage.byteCount == 0)
    }

    @Test("damage on the disk is told, and never served")
    func damage() async throws {
        let tus = try await tus()
        let bytes = Tus.bytes(100_000)
        let media = try await tus.store(bytes).media
        let file = try #require(tus.house.mediaFiles.first)
        let descriptor = open(file, O_RDWR | O_CLOEXEC)
        defer { close(descriptor) }
        var byte = bytes[70_000] ^ 1
        #expect(pwrite(descriptor, &byte, 1, 70_000) == 1)
        let answer = try await tus.download(media)
        #expect(answer.status == 500)
        #expect(try Tus.problem(answer).code == .mediaDamaged)
        #expect(try await tus.download(media, [("Range", "bytes=0-65535")]).body == Array(bytes[..<65_536]))
        let metrics = try await APIClient(port: tus.house.server.adminPort).raw("GET", "/metrics")
        #expect(String(decoding: metrics.body, as: UTF8.self).contains("sotto_media_damaged_pieces 1"))
    }

    @Test("a lease keeps media for longer, and letting go of it does not shorten what they had")
    func leases() async throws {
        let tus = try await tus()
        let api = tus.house.api
        let bob = try await tus.house.person("bobby")
        let media = try await tus.store([1, 2, 3]).media
        let before: MediaInfo = try await api.call("GET", "/v1/media/\(media)/info", token: bob.token)
        let lease = Tus.bytes(32)
        let longer: MediaInfo = try await api.call(
            "PUT", "/v1/media/\(media)/lease", LeaseRequest(lease: lease, seconds: 365 * 86_400), token: bob.token)
        #expect(try #require(longer.expiresAt) > (try #require(before.expiresAt)))
        let released = try await api.send(
            "DELETE", "/v1/media/\(media)/lease", LeaseRelease(lease: lease), token: tus.token)
        #expect(released.status == 204)
        let after: MediaInfo = try await api.call("GET", "/v1/media/\(media)/info", token: bob.token)
        #expect(after == before)
        let expiring = try await tus.store([1], [("lifetime", "expiring"), ("expires", "60")]).media
        let refused = try await api.send(
            "PUT", "/v1/media/\(expiring)/lease", LeaseRequest(lease: lease, seconds: 86_400), token: bob.token)
        #expect(refused.status == 403)
    }

    @Test("an open image gets thumbnails and its uploader hears of it; the same bytes sealed are never looked at")
    func thumbnails() async throws {
        let tus = try await tus()
        let api = tus.house.api
        let carol = try await tus.house.person("carol")
        let uploader = Tus(house: tus.house, token: carol.token)
        let socket = try await tus.house.socket(carol)
        let request = NewConversation(kind: .channel, mode: .open, name: "town", members: [])
        let town: ConversationView = try await api.call("POST", "/v1/conversations", request, token: carol.token)
        let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
        let picture = TextFile.bytes(root + "/fixtures/media/progressive.jpg")
        let answer = try await uploader.creation(
            of: picture.count, [("class", "open"), ("conversation", "\(town.conversation)")], first: picture)
        let media = try #require(answer.headers["sotto-media"].flatMap { MediaID(text: $0) })
        let told = try await socket.first { (frame) -> MediaID? in
            guard case .notice(let notice) = frame, notice.topic == .media else { return nil }
            return notice.media
        }
        #expect(told == media)
        let info: MediaInfo = try await api.call("GET", "/v1/media/\(media)/info", token: carol.token)
        #expect(info.state == .ready && info.picture?.mediaType == "image/jpeg")
        #expect(try #require(info.picture).thumbnails.isEmpty == false)
        let thumbnail = try await api.raw("GET", "/v1/media/\(media)/thumbnail?size=96", token: carol.token)
        #expect(thumbnail.status == 200 && thumbnail.headers["content-type"] == "image/webp")
        #expect(thumbnail.headers["content-disposition"] == nil)
        #expect(thumbnail.headers["x-content-type-options"] == "nosniff")
        #expect(Array(thumbnail.body.prefix(4)) == Array("RIFF".utf8))
        let text = try await uploader.creation(
            of: 5, [("class", "open"), ("conversation", "\(town.conversation)")], first: Array("hello".utf8))
        let other = try await socket.first { (frame) -> MediaID? in
            guard case .notice(let notice) = frame else { return nil }
            return notice.media
        }
        #expect("\(other)" == text.headers["sotto-media"])
        let failed: MediaInfo = try await api.call("GET", "/v1/media/\(other)/info", token: carol.token)
        #expect(failed.state == .failed && failed.failure == "unknown-format")
        let sealed = try await uploader.store(picture)
        let untouched: MediaInfo = try await api.call("GET", "/v1/media/\(sealed.media)/info", token: carol.token)
        #expect(untouched.state == .ready && untouched.picture == nil)
        // Deleting takes the pictures along.
        let gone = try await api.raw("DELETE", "/v1/media/\(media)", token: carol.token)
        #expect(gone.status == 204)
        #expect(tus.house.mediaFiles.count == 2)
    }

    @Test("an animation has a moving preview; a JPEG is made when it is asked for, and stays the same")
    func pictures() async throws {
        let house = try await House()
        let api = house.api
        let alice = try await house.person("alice")
        let request = NewConversation(kind: .channel, mode: .open, name: "town", members: [])
        let town: ConversationView = try await api.call("POST", "/v1/conversations", request, token: alice.token)
        let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
        let bytes = TextFile.bytes(root + "/fixtures/media/animated.gif")
        let info = try await Tus.storeOpen(bytes, [("conversation", "\(town.conversation)")], by: alice, in: house)
        let media = info.media
        #expect(info.state == .ready && info.picture?.mediaType == "image/gif")
        let (side, preview) = (try #require(info.picture?.thumbnails.first), try #require(info.picture?.preview))
        #expect(preview <= 320)
        func picture(_ query: String, accept: String? = nil) async throws -> HTTPResponse {
            try await api.raw(
                "GET", "/v1/media/\(media)/thumbnail?\(query)", token: alice.token,
                headers: accept.map { [("Accept", $0)] } ?? [])
        }
        let moving = try await picture("animated=true")
        #expect(moving.status == 200 && moving.headers["content-type"] == "image/webp")
        #expect(moving.body.firstRange(of: Array("ANIM".utf8)) != nil)
        #expect(try await picture("size=\(side)").body.firstRange(of: Array("ANIM".utf8)) == nil)
        let jpeg = try await picture("size=\(side)&type=jpeg")
        #expect(jpeg.status == 200 && jpeg.headers["content-type"] == "image/jpeg")
        #expect(Array(jpeg.body.prefix(2)) == [0xFF, 0xD8] && jpeg.headers["vary"]?.contains("Accept") == true)
        #expect(try await picture("size=\(side)", accept: "image/jpeg").body == jpeg.body)
        let asked = try await picture("size=\(side)&type=webp", accept: "image/jpeg")
        #expect(asked.headers["content-type"] == "image/webp")
        for wrong in ["type=png", "animated=yes", "type=jpeg&animated=true", "size=0"] {
            #expect(try await picture(wrong).status == 400, "\(wrong)")
        }
        #expect(try await api.raw("DELETE", "/v1/media/\(media)", token: alice.token).status == 204)
        #expect(house.mediaFiles.isEmpty, "the image, its stills, its preview and its JPEG")
    }

    @Test("open media are for the members of their conversation; a sealed one takes none, and has no thumbnail")
    func conversations() async throws {
        let tus = try await tus()
        let api = tus.house.api
        let bob = try await tus.house.person("bobby")
        func conversation(_ mode: ConversationMode) async throws -> ConversationID {
            let request = NewConversation(kind: .channel, mode: mode, name: mode == .open ? "town" : nil, members: [])
            let view: ConversationView = try await api.call("POST", "/v1/conversations", request, token: tus.token)
            return view.conversation
        }
        let town = try await conversation(.open)
        let answer = try await tus.creation(
            of: 5, [("class", "open"), ("conversation", "\(town)"), ("filename", "a.txt")], first: Array("hello".utf8))
        #expect(answer.status == 201)
        let media = answer.headers["sotto-media"] ?? ""
        #expect(try await api.raw("GET", "/v1/media/\(media)", token: tus.token).body == Array("hello".utf8))
        #expect(try await api.raw("GET", "/v1/media/\(media)", token: bob.token).status == 404)
        let house = try await conversation(.sealed)
        let sealed = try await tus.creation(of: 5, [("class", "open"), ("conversation", "\(house)")])
        #expect(try Tus.problem(sealed).code == .requiresOpenMode)
        let own = try await tus.store([1])
        let thumbnail = try await api.raw("GET", "/v1/media/\(own.media)/thumbnail?size=96", token: tus.token)
        #expect(try Tus.problem(thumbnail).code == .requiresOpenMode)
    }
}
