import Crypto
import Glibc
import TestKit
import Testing
import Transport
import Wire

/// That sealed media are never looked at, seen from outside: by what the kernel was asked for.
///
/// A canary: the very same bytes, uploaded as open media, do start a worker and do get pictures. So a check that
/// sees nothing for sealed ones would have seen something.
@Suite("Sealed media under the eyes of strace") struct SealedMediaTests {
    private struct Watched {
        let metrics: String
        /// System calls of all processes, one a line.
        let calls: [Substring]

        /// Programs that were started, but for the server itself, which starts twice.
        var programs: [Substring] {
            calls.filter { (call) in
                guard let start = call.firstRange(of: "execve(\"") else { return false }
                let path = call[start.upperBound...].prefix { $0 != "\"" }
                return path != "/proc/self/exe" && !path.hasSuffix("/sottod")
            }
        }

        /// Files that only somebody who decodes images has a use for.
        var imageFiles: [Substring] {
            let names = ["vips", "libpng", "libjpeg", "libwebp", "libheif", "libaom", "libdav1d", "sotto-media"]
            return calls.filter { (call) in call.contains("openat(") && names.contains { call.contains($0) } }
        }

        func value(_ metric: String) -> String? {
            let line = metrics.split(separator: "\n").first { $0.hasPrefix("\(metric) ") }
            return line?.split(separator: " ").last.map { String($0) }
        }
    }

    /// Runs a server under strace for as long as `work` takes, and gives what it did.
    private func watched(
        _ folder: TemporaryFolder, _ work: (House) async throws -> Void
    ) async throws -> Watched {
        let report = "\(folder.path)/calls-\(UInt64.random(in: 0...UInt64.max))"
        let house = try await House(
            folder: folder, prefix: ["strace", "-D", "-f", "--seccomp-bpf", "-e", "trace=execve,openat", "-o", report])
        try await work(house)
        let metrics = try await APIClient(port: house.server.adminPort).raw("GET", "/metrics")
        let pid = house.server.pid
        #expect(house.server.stop() == 0)
        // Strace is a process of its own, and may be a little behind.
        while !Self.hasSeenExit(of: pid, in: TextFile.read(report)) {
            try await Task.sleep(for: .milliseconds(10))
        }
        return Watched(
            metrics: String(decoding: metrics.body, as: UTF8.self),
            calls: TextFile.read(report).split(separator: "\n"))
    }

    /// Short numbers are padded.
    private static func hasSeenExit(of pid: pid_t, in report: String) -> Bool {
        report.split(separator: "\n").contains { (line) in
            line.split(separator: " ").prefix(3) == ["\(pid)", "+++", "exited"]
        }
    }

    private static func fixture(_ name: String) -> [UInt8] {
        let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
        return TextFile.bytes("\(root)/fixtures/media/\(name)")
    }

    @Test("a valid image, sealed, starts no worker, opens no library and gets no picture; the same bytes open do",
        .enabled(if: access("/usr/bin/strace", X_OK) == 0, "needs strace"), .timeLimit(.minutes(10)))
    func canary() async throws {
        let folder = try TemporaryFolder()
        let pictures = ["rgb.png", "progressive.jpg", "still.gif"].map { Self.fixture($0) }
        #expect(pictures.allSatisfy { $0.count > 100 })
        var stored = 0
        let sealed = try await watched(folder) { (house) in
            let tus = Tus(house: house, token: try await house.person("alice").token)
            for bytes in pictures { stored += try await Self.upload(bytes, sealed: tus) }
            // Every file on the disk is one that was uploaded.
            #expect(house.mediaFiles.count == stored)
        }
        #expect(stored == 9)
        #expect(sealed.programs.isEmpty, "\(sealed.programs)")
        #expect(sealed.imageFiles.isEmpty, "\(sealed.imageFiles)")
        #expect(sealed.value("sotto_thumbnail_jobs") == "0")
        #expect(sealed.value("sotto_media_stored") == "\(stored)")

        let open = try await watched(folder) { (house) in
            let sealedOnly = try DeletionTests.sqlite(house, "SELECT count(*) FROM thumbnail")
            #expect(sealedOnly == ["0"])
            let bob = try await house.person("bobby")
            try await Self.upload(pictures, open: Tus(house: house, token: bob.token), as: bob)
            #expect(house.mediaFiles.count > stored + pictures.count, "pictures beside what was uploaded")
        }
        #expect(open.programs.contains { $0.contains("sotto-media") })
        #expect(open.imageFiles.contains { $0.contains("vips") })
        #expect(open.value("sotto_thumbnail_jobs") == "\(pictures.count)")
    }

    /// Every way in which somebody might say what the bytes are.
    /// - Returns: how many files were stored.
    private static func upload(_ bytes: [UInt8], sealed tus: Tus) async throws -> Int {
        let api = tus.house.api
        // The server takes no name and no type.
        for name in ["filename", "name", "filetype", "type"] {
            let value = name.hasSuffix("name") ? "cat.png" : "image/png"
            let refused = try await tus.creation(of: bytes.count, [("class", "sealed"), (name, value)], first: bytes)
            #expect(try refused.status == 422 && Tus.problem(refused).code == .plaintextInSealed)
        }
        // A key that nobody knows, and fields that a server might believe.
        let unknown = [("class", "sealed"), ("extension", "png"), ("relativePath", "cat.png")]
        var media = [try await tus.store(bytes, unknown).media]
        let digest = ("sha256", Tus.hexadecimal(SHA256.hash(bytes)))
        for fields in [[("Content-Disposition", "attachment; filename=cat.png")], [("X-Content-Type", "image/png")]] {
            let answer = try await tus.creation(of: bytes.count, [digest], first: bytes, more: fields)
            media.append(try #require(answer.headers["sotto-media"].flatMap { MediaID(text: $0) }))
        }
        for media in media {
            for question in ["/thumbnail?size=96", "/thumbnail?size=320"] {
                let refused = try await api.raw("GET", "/v1/media/\(media)\(question)", token: tus.token)
                #expect(try Tus.problem(refused).code == .requiresOpenMode)
            }
            let info: MediaInfo = try await api.call("GET", "/v1/media/\(media)/info", token: tus.token)
            #expect(info.state == .ready && info.picture == nil && info.mediaClass == .sealed)
            let whole = try await tus.download(media)
            #expect(whole.body == bytes && whole.headers["content-type"] == "application/octet-stream")
        }
        return media.count
    }

    private static func upload(_ pictures: [[UInt8]], open tus: Tus, as resident: Resident) async throws {
        let api = tus.house.api
        let request = NewConversation(kind: .channel, mode: .open, name: "town", members: [])
        let town: ConversationView = try await api.call("POST", "/v1/conversations", request, token: tus.token)
        let socket = try await tus.house.socket(resident)
        for bytes in pictures {
            let answer = try await tus.creation(
                of: bytes.count, [("class", "open"), ("conversation", "\(town.conversation)")], first: bytes)
            let media = try #require(answer.headers["sotto-media"].flatMap { MediaID(text: $0) })
            let told = try await socket.first { (frame) -> MediaID? in
                guard case .notice(let notice) = frame, notice.topic == .media else { return nil }
                return notice.media
            }
            #expect(told == media)
            let info: MediaInfo = try await api.call("GET", "/v1/media/\(media)/info", token: tus.token)
            #expect(info.state == .ready && info.picture != nil)
        }
    }
}
