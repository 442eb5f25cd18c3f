import Crypto
import Glibc
import TestKit
import Testing
import Transport
import Wire

/// Uploads to a real server, with everything that may go wrong on the way.
@Suite(.serialized) struct UploadTests {
    private func tus(_ arguments: [String] = [], folder: TemporaryFolder? = nil) async throws -> Tus {
        let house = try await House(arguments: arguments, folder: folder)
        return Tus(house: house, token: try await house.person("alice").token)
    }

    @Test("the server says what it speaks")
    func discovery() async throws {
        let tus = try await tus(["--media-file-bytes", "12345"])
        let answer = try await tus.house.api.raw("OPTIONS", "/v1/media/uploads")
        #expect(answer.status == 204)
        #expect(answer.headers["tus-version"] == "1.0.0" && answer.headers["tus-resumable"] == "1.0.0")
        #expect(answer.headers["tus-max-size"] == "12345")
        #expect(answer.headers["tus-checksum-algorithm"] == "sha1,sha256")
        #expect(answer.headers["tus-extension"] == "creation,creation-with-upload,checksum,expiration,termination")
    }

    @Test("bytes that come in several requests are one file in the end, under a name of its own")
    func pieces() async throws {
        let tus = try await tus()
        let bytes = Tus.bytes(300_000)
        let upload = try await tus.create(bytes)
        #expect(try await tus.offset(of: upload) == 0)
        #expect(try await tus.download(upload.created.media).status == 404, "nothing to see before it is whole")
        var offset = 0
        for end in [1, 65_536, 200_000, 300_000] {
            let answer = try await tus.append(Array(bytes[offset..<end]), at: offset, to: upload)
            #expect(answer.status == 204 && answer.headers["upload-offset"] == String(end))
            #expect(answer.headers["tus-resumable"] == "1.0.0" && answer.headers["upload-expires"] != nil)
            #expect(try await tus.offset(of: upload) == end)
            offset = end
        }
        #expect(try await tus.download(upload.created.media).body == bytes)
        // Finishing again, in every way there is, is the same.
        #expect(try await tus.append([], at: 300_000, to: upload).status == 204)
        for _ in 0..<2 {
            let info: MediaInfo = try await tus.house.api.call("POST", upload.location + "/complete")
            #expect(info.state == .ready && info.sha256 == SHA256.hash(bytes) && info.byteCount == 300_000)
        }
    }

    @Test("creation takes the first bytes, or all of them")
    func creationWithUpload() async throws {
        let tus = try await tus()
        let bytes = Tus.bytes(100_000)
        let upload = try await tus.create(bytes, first: 60_000)
        #expect(upload.created.offset == 60_000)
        #expect(try await tus.append(Array(bytes[60_000...]), at: 60_000, to: upload).status == 204)
        #expect(try await tus.download(upload.created.media).body == bytes)
        #expect(try await tus.download(try await tus.store(bytes).media).body == bytes)
    }

    @Test("a client that can only POST says what it means in a field")
    func override() async throws {
        let tus = try await tus()
        let upload = try await tus.create([1, 2, 3])
        func post(_ method: String, _ fields: [(String, String)] = [], _ body: [UInt8] = []) async throws -> Int {
            let fields = [Tus.version, ("X-HTTP-Method-Override", method)] + fields
            return try await tus.house.api.raw("POST", upload.location, headers: fields, body: body).status
        }
        #expect(try await post("PATCH", [Tus.bytesType, ("Upload-Offset", "0")], [1, 2]) == 204)
        #expect(try await tus.offset(of: upload) == 2)
        #expect(try await post("DELETE") == 204)
        #expect(try await tus.offset(of: upload) == -404)
        #expect(try await post("BREW") == 405)
    }

    @Test("what does not fit is refused in words, and costs nothing")
    func refusals() async throws {
        let tus = try await tus(["--media-file-bytes", "100000"])
        let bytes = Tus.bytes(1_000)
        let digest = Tus.hexadecimal(SHA256.hash(bytes))
        for (byteCount, metadata, code) in [
            (1_000, [], ProblemCode.malformed), (0, [("sha256", digest)], .bodyTooLarge),
            (100_001, [("sha256", digest)], .bodyTooLarge), (10, [("sha256", "abc")], .malformed),
            (10, [("sha256", digest), ("filename", "me.jpg")], .plaintextInSealed),
            (10, [("sha256", digest), ("class", "secret")], .malformed),
            (10, [("class", "open")], .malformed),
            (10, [("class", "open"), ("conversation", "\(ConversationID.random())")], .notFound),
            (10, [("sha256", digest), ("lifetime", "expiring")], .malformed),
            (10, [("sha256", digest), ("lifetime", "expiring"), ("expires", "59")], .malformed),
            (10, [("sha256", digest), ("expires", "60")], .malformed),
        ] as [(Int, [(String, String)], ProblemCode)] {
            let answer = try await tus.creation(of: byteCount, metadata)
            #expect(try Tus.problem(answer).code == code, "\(metadata)")
            #expect(answer.headers["tus-resumable"] == "1.0.0")
        }
        let upload = try await tus.create(bytes)
        let raw = tus.house.api
        let version = try await raw.raw("PATCH", upload.location, headers: [Tus.bytesType, ("Upload-Offset", "0")])
        #expect(version.status == 412 && version.headers["tus-version"] == "1.0.0")
        let type = try await raw.raw(
            "PATCH", upload.location, headers: [Tus.version, ("Upload-Offset", "0")], body: [1])
        #expect(type.status == 415)
        #expect(try await tus.append([1], at: 1, to: upload).status == 409)
        #expect(try await tus.append(bytes + [0], at: 0, to: upload).status == 413)
        #expect(try await tus.append([], at: 0, to: .init(location: upload.location + "x", created: upload.created))
            .status == 404)
        #expect(try await tus.offset(of: upload) == 0)
        #expect(try await tus.append(bytes, at: 0, to: upload).status == 204)
        #expect(tus.house.server.stop() == 0)
    }

    @Test("a body with a wrong checksum is not kept; a right one is", arguments: ["sha256", "sha1"])
    func checksums(algorithm: String) async throws {
        let tus = try await tus()
        let bytes = Tus.bytes(200_000)
        let upload = try await tus.create(bytes, first: 100_000)
        func field(_ bytes: [UInt8]) -> [(String, String)] {
            var sha1 = SHA1()
            sha1.update(bytes)
            let digest = algorithm == "sha1" ? sha1.finish() : SHA256.hash(bytes)
            return [("Upload-Checksum", "\(algorithm) \(Base64.encode(digest))")]
        }
        let rest = Array(bytes[100_000...])
        let wrong = try await tus.append(rest, at: 100_000, to: upload, more: field([1]))
        #expect(wrong.status == 460)
        #expect(try await tus.offset(of: upload) == 100_000)
        let unknown = try await tus.append(rest, at: 100_000, to: upload, more: [("Upload-Checksum", "md5 AAAA")])
        #expect(unknown.status == 400)
        #expect(try await tus.append(rest, at: 100_000, to: upload, more: field(rest)).status == 204)
        #expect(try await tus.download(upload.created.media).body == bytes)
    }

    @Test("a whole with another SHA-256 than promised is thrown away")
    func otherHash() async throws {
        let tus = try await tus()
        let bytes = Tus.bytes(1_000)
        let upload = try await tus.create(bytes)
        let answer = try await tus.append(Array(bytes.reversed()), at: 0, to: upload)
        #expect(try Tus.problem(answer).code == .mediaHashMismatch)
        #expect(try await tus.offset(of: upload) == -404)
        #expect(tus.house.mediaFiles.isEmpty)
        let usage: MediaUsage = try await tus.house.api.call("GET", "/v1/media/usage", token: tus.token)
        #expect(usage.count == 0 && usage.byteCount == 0)
    }

    @Test("while one appends, another is locked out; when it is cut, what came is kept and the upload goes on")
    func lockAndCut() async throws {
        let tus = try await tus(["--limit-requests", "1000000/1000000"])
        let bytes = Tus.bytes(1_000_000)
        let upload = try await tus.create(bytes)
        var half: LoopbackSocket? = try tus.beginAppending(
            bytes[..<700_000], of: bytes.count, to: upload, isTaken: true)
        #expect(try await tus.append([], at: 0, to: upload).status == 423)
        withExtendedLifetime(half) {}
        half = nil
        var offset = 0
        while offset == 0 { offset = try await tus.offset(of: upload) }
        #expect(offset == 700_000)
        while true {
            let answer = try await tus.append(Array(bytes[offset...]), at: offset, to: upload)
            if answer.status == 204 { break }
            try #require(answer.status == 423)
        }
        #expect(try await tus.download(upload.created.media).body == bytes)
    }

    @Test("a killed server has what it received, and the upload goes on to the exact bytes", arguments: [1, 2])
    func killed(seed: UInt64) async throws {
        let folder = try TemporaryFolder()
        let bytes = Tus.bytes(5_000_000, seed: seed)
        var random = SplitMix(seed: seed)
        var tus = try await tus(folder: folder)
        let upload = try await tus.create(bytes)
        var offset = 0
        // How much of a cut request is received differs from run to run; near the end no room is left for another.
        for _ in 0..<4 where offset < 4_000_000 {
            let end = Int.random(in: (offset + 1)...4_000_000, using: &random)
            let acknowledged = try await tus.append(Array(bytes[offset..<end]), at: offset, to: upload)
            #expect(acknowledged.status == 204)
            // Struck in the middle of a request.
            let more = try tus.beginAppending(
                bytes[end..<min(end + 600_000, bytes.count - 1)], at: end, of: bytes.count - end, to: upload,
                isTaken: false)
            tus.house.server.kill()
            withExtendedLifetime(more) {}
            tus = Tus(house: try await House(folder: folder), token: tus.token)
            offset = try await tus.offset(of: upload)
            #expect(offset >= end && offset < bytes.count, "what was acknowledged is there (seed \(seed))")
        }
        #expect(try await tus.append(Array(bytes[offset...]), at: offset, to: upload).status == 204)
        tus.house.server.kill()
        tus = Tus(house: try await House(folder: folder), token: tus.token)
        #expect(try await tus.download(upload.created.media).body == bytes, "and what is complete is complete")
        #expect(tus.house.mediaFiles.count == 1)
    }

    @Test(
        "a full disk refuses bytes with 507 and keeps what it has; with room again the upload goes on",
        .enabled(if: geteuid() == 0, "making a small disk takes root"))
    func fullDisk() async throws {
        let folder = try TemporaryFolder()
        let disk = try SmallDisk(at: folder.path + "/disk", byteCount: 24 << 20)
        let server = try ServerProcess(
            dataFolder: disk.path + "/data", arguments: ["--disk-floor-bytes", "0"],
            logPath: folder.path + "/server.log")
        let api = APIClient(port: server.port)
        let token = try await api.register(Person("alice", now: House.now)).tokens.accessToken
        let bytes = Tus.bytes(6 << 20)
        let created = try await api.raw(
            "POST", "/v1/media/uploads", token: token,
            headers: [
                Tus.version, ("Upload-Length", String(bytes.count)),
                ("Upload-Metadata", Tus.metadata([("sha256", Tus.hexadecimal(SHA256.hash(bytes)))])),
            ])
        let location = try #require(created.headers["location"])
        func append(from offset: Int) async throws -> HTTPResponse {
            try await api.raw(
                "PATCH", location, headers: [Tus.version, Tus.bytesType, ("Upload-Offset", String(offset))],
                body: Array(bytes[offset...]))
        }
        func offset() async throws -> Int {
            let answer = try await api.raw("HEAD", location, headers: [Tus.version])
            return try #require(answer.headers["upload-offset"].flatMap { Int($0) })
        }
        try disk.fill(leaving: 3 << 20)
        let refused = try await append(from: 0)
        #expect(refused.status == 507)
        #expect(try Tus.problem(refused).code == .storageFull)
        let kept = try await offset()
        #expect(kept > 0 && kept < bytes.count)
        #expect(try await api.raw("GET", "/v1/time").status == 200)
        disk.empty()
        // The disk is looked at once a second.
        var again = refused
        _ = try await eventually {
            again = try await append(from: kept)
            return again.status != 507
        }
        #expect(again.status == 204 && again.headers["upload-offset"] == String(bytes.count))
        let media = try #require(created.headers["sotto-media"])
        #expect(try await api.raw("GET", "/v1/media/\(media)", token: token).body == bytes)
        #expect(server.stop() == 0)
    }

    @Test("creation refuses an idempotency key, for which it could not keep its promise")
    func idempotencyKey() async throws {
        let tus = try await tus()
        let refused = try await tus.creation(of: 5, [], more: [("Idempotency-Key", "one")])
        #expect(refused.status == 400)
        #expect(try Tus.problem(refused).field == "Idempotency-Key")
        #expect(tus.house.mediaFiles.isEmpty)
    }

    @Test("below the floor of free space uploads are refused before anything is written")
    func freeSpace() async throws {
        var status = statvfs()
        try #require(statvfs("/tmp", &status) == 0)
        // More than half of it is there: for whatever is no file.
        let floor = UInt64(status.f_bavail) * UInt64(status.f_frsize) / 2 * 3
        let tus = try await tus(["--disk-floor-bytes", "\(floor)"])
        let sha256 = Tus.hexadecimal(SHA256.hash([1]))
        #expect(try Tus.problem(try await tus.creation(of: 1, [("sha256", sha256)])).code == .storageFull)
        #expect(tus.house.mediaFiles.isEmpty)
    }

    @Test("a device that leases too often is told to wait")
    func leaseRate() async throws {
        let tus = try await tus(["--limit-leases", "2/0.001"])
        let media = try await tus.store([1]).media
        var statuses: [Int] = []
        for number in 1...3 {
            let request = LeaseRequest(lease: [UInt8](repeating: UInt8(number), count: 32), seconds: 60)
            do throws(Problem) {
                let _: MediaInfo = try await lease(request, of: media, tus)
                statuses.append(200)
            } catch {
                statuses.append(error.code.status)
            }
        }
        #expect(statuses == [200, 200, 429])
    }

    private func lease(_ request: LeaseRequest, of media: MediaID, _ tus: Tus) async throws(Problem) -> MediaInfo {
        do {
            return try await tus.house.api.call("PUT", "/v1/media/\(media)/lease", request, token: tus.token)
        } catch {
            throw error as? Problem ?? Problem(.internalError, "\(error)")
        }
    }

    @Test("quotas count from creation, and what is given up gives its room back")
    func quota() async throws {
        let tus = try await tus(["--media-account-bytes", "15000", "--media-server-bytes", "18000"])
        let bytes = Tus.bytes(10_000)
        let first = try await tus.create(bytes)
        let sha256 = Tus.hexadecimal(SHA256.hash(bytes))
        #expect(try Tus.problem(try await tus.creation(of: 5001, [("sha256", sha256)])).code == .quotaExceeded)
        let bob = Tus(house: tus.house, token: try await tus.house.person("bobby").token)
        #expect(try Tus.problem(try await bob.creation(of: 14_000, [("sha256", sha256)])).code == .storageFull)
        _ = try await tus.append(Array(bytes[..<400]), at: 0, to: first)
        #expect(tus.house.mediaFiles.count == 1)
        let gone = try await tus.house.api.raw("DELETE", first.location, headers: [Tus.version])
        #expect(gone.status == 204)
        #expect(tus.house.mediaFiles.isEmpty)
        #expect(try await tus.offset(of: first) == -404)
        _ = try await bob.store(bytes)
    }
}

extension House {
    /// Every file that holds bytes of media, parts and blobs, by its name.
    var mediaFiles: [String] {
        let root = folder.path + "/data/media"
        return ["/parts", "/blobs"].flatMap { Self.files(below: root + $0) }
    }

    private static func files(below folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var found: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(".") { continue }
            let path = folder + "/" + name
            if Int32(entry.pointee.d_type) == Int32(DT_DIR) { found += files(below: path) } else { found.append(path) }
        }
        return found
    }
}
