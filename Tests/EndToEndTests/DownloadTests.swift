import Glibc
import TestKit
import Testing
import Transport
import Wire

@testable import Client

/// Downloads that end early, and go on.
@Suite(.serialized) struct DownloadTests {
    /// A server, and a file that somebody was sent.
    private struct Scene {
        let house: House
        let place: TemporaryFolder
        let bytes: [UInt8]
        var out: String { place.path + "/out" }
        var partials: [String] { place.files.filter { $0.hasSuffix(".partial") } }

        init(_ byteCount: Int) async throws {
            house = try await House(arguments: ["--limit-requests", "1000000/1000000"])
            place = try TemporaryFolder()
            bytes = Tus.bytes(byteCount)
        }

        func send(to name: String) async throws {
            let alice = try await Phone(house, as: "alice")
            try TextFile.write(bytes, to: place.path + "/file")
            try await alice.chats.send(file: place.path + "/file", to: try #require(Handle(text: name)))
        }
    }

    private func receiver(_ scene: Scene) async throws -> Phone {
        let phone = try await Phone(scene.house, fate: Fate())
        try await phone.register("bob")
        try await scene.send(to: "bob")
        try await phone.fetch()
        return phone
    }

    /// Lets so many requests for media pass, then strikes.
    private static func strike(_ fate: Fate, after count: Int, _ strike: @escaping @Sendable (Fate) -> Void) {
        let left = Guarded(count)
        fate.beforeRequest = { [fate] (request) in
            guard request.method == "GET", request.path.hasPrefix("/v1/media/") else { return }
            let isOver = left.withLock { (left) in
                left -= 1
                return left < 0
            }
            if isOver { strike(fate) }
        }
    }

    private static func mediaRequests(_ fate: Fate) -> Int {
        fate.requests.filter { $0.hasPrefix("GET /v1/media/") }.count
    }

    @Test("a download that is killed at any offsets gives the exact bytes in the end", arguments: 0..<4)
    func killed(_: Int) async throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix(seed: seed)
        // From nothing to eight requests; often at a chunk's border.
        let byteCount = Bool.random(using: &random)
            ? Int.random(in: 0...33_000_000, using: &random) : 65_536 * Int.random(in: 1...500, using: &random)
        let scene = try await Scene(byteCount)
        let phone = try await receiver(scene)
        var deaths = 0
        var isDone = false
        while !isDone, deaths < 8 {
            let fate = Fate()
            let isKill = Bool.random(using: &random)
            Self.strike(fate, after: Int.random(in: 0...5, using: &random)) {
                if isKill { $0.die() } else { $0.isOffline = true }
            }
            try await phone.restart(fate)
            let seen = Guarded<[UInt64]>([])
            isDone = (try? await phone.media.download(fileOf: try await phone.only(1), to: scene.out) { (progress) in
                seen.withLock { $0.append(progress.doneByteCount) }
            }) != nil
            let progress = seen.withLock { $0 }
            #expect(progress == progress.sorted(), "seed \(seed)")
            deaths += 1
        }
        try await phone.restart()
        if !isDone { try await phone.media.download(fileOf: try await phone.only(1), to: scene.out) }
        #expect(TextFile.bytes(scene.out) == scene.bytes, "seed \(seed), \(byteCount) bytes")
        #expect(scene.partials.isEmpty, "seed \(seed)")
        let line = try await phone.account.only(1)
        let place = try await phone.inside { try $0.transcript.place(of: line) }
        #expect(try await phone.kept(.download(place, to: scene.out)) == nil)
    }

    @Test("what has come is not fetched again, and progress begins there")
    func resumed() async throws {
        let scene = try await Scene(20_000_000)
        let phone = try await receiver(scene)
        let fate = Fate()
        Self.strike(fate, after: 3) { $0.isOffline = true }
        try await phone.restart(fate)
        await #expect(throws: SottoError.self) {
            try await phone.media.download(fileOf: try await phone.only(1), to: scene.out)
        }
        #expect(scene.partials.count == 1)
        let next = Fate()
        try await phone.restart(next)
        let seen = Guarded<[FileProgress]>([])
        try await phone.media.download(fileOf: try await phone.only(1), to: scene.out) { (progress) in
            seen.withLock { $0.append(progress) }
        }
        #expect(Self.mediaRequests(next) == 2)
        let progress = seen.withLock { $0 }
        // All but what may yet be the last chunk.
        #expect(try #require(progress.first?.doneByteCount) > 12_000_000)
        #expect(progress.last?.doneByteCount == progress.last?.byteCount)
        #expect(TextFile.bytes(scene.out) == scene.bytes)
    }

    @Test("somebody else's hand in what has come is noticed, and it begins anew", arguments: ["changed", "cut", "gone"])
    func tampered(how: String) async throws {
        let scene = try await Scene(20_000_000)
        let phone = try await receiver(scene)
        let fate = Fate()
        Self.strike(fate, after: 3) { $0.die() }
        try await phone.restart(fate)
        await #expect(throws: SottoError.self) {
            try await phone.media.download(fileOf: try await phone.only(1), to: scene.out)
        }
        let partial = try #require(scene.partials.first)
        switch how {
        case "changed":
            let descriptor = open(partial, O_RDWR | O_CLOEXEC)
            defer { close(descriptor) }
            var zeros: [UInt8] = [0, 0, 0, 0]
            #expect(pwrite(descriptor, &zeros, 4, 100_000) == 4)
        case "cut": #expect(truncate(partial, 65_536) == 0)
        default: #expect(unlink(partial) == 0)
        }
        try await phone.restart()
        try await phone.media.download(fileOf: try await phone.only(1), to: scene.out)
        #expect(TextFile.bytes(scene.out) == scene.bytes)
        #expect(scene.partials.isEmpty)
    }

    @Test("what was put in the place of what has come is neither opened, nor followed, nor removed")
    func exchanged() async throws {
        for isSymbolic in [false, true] {
            let scene = try await Scene(20_000_000)
            let phone = try await receiver(scene)
            let fate = Fate()
            Self.strike(fate, after: 3) { $0.die() }
            try await phone.restart(fate)
            await #expect(throws: SottoError.self) {
                try await phone.media.download(fileOf: try await phone.only(1), to: scene.out)
            }
            let partial = try #require(scene.partials.first)
            let victim = scene.place.path + "/victim"
            let kept = Tus.bytes(17_000_000, seed: 9)
            try TextFile.write(kept, to: victim)
            #expect(chmod(victim, 0o600) == 0 && unlink(partial) == 0)
            #expect((isSymbolic ? symlink(victim, partial) : link(victim, partial)) == 0)
            try await phone.restart()
            try await phone.media.download(fileOf: try await phone.only(1), to: scene.out)
            #expect(TextFile.bytes(scene.out) == scene.bytes)
            #expect(TextFile.bytes(victim) == kept)
        }
    }

    @Test("a server that sends something else in the second half is noticed, and nothing is kept", arguments: [
        "changed", "other range", "cut", "longer",
    ])
    func lyingServer(how: String) async throws {
        let scene = try await Scene(10_000_000)
        let bob = try await Phone(scene.house, as: "bob", isDoubtful: true)
        try await scene.send(to: "bob")
        try await bob.fetch()
        let count = Guarded(0)
        let first = Guarded<[UInt8]>([])
        let isOffline = Guarded(true)
        bob.change = { (path, answer) in
            guard path.hasPrefix("/v1/media/") else { return }
            let number = count.withLock { (count) in
                count += 1
                return count
            }
            if number == 1 { first.withLock { $0 = answer.body } }
            guard number > 1 else { return }
            if isOffline.withLock({ $0 }) {
                // For good: what has come stays.
                answer = .init(status: 400, mediaType: "text/plain", body: [])
                return
            }
            switch how {
            case "changed": answer.body[1_000] ^= 1
            case "other range": answer.body = Array(first.withLock { $0 }.prefix(answer.body.count))
            case "cut": answer.body.removeLast(70_000)
            default: answer.body += [0]
            }
        }
        await #expect(throws: SottoError(.unexpectedAnswer(status: 400))) {
            try await bob.media.download(fileOf: try await bob.only(1), to: scene.out)
        }
        #expect(scene.partials.count == 1)
        isOffline.withLock { $0 = false }
        await #expect(throws: SottoError(.file(.notAuthentic))) {
            try await bob.media.download(fileOf: try await bob.only(1), to: scene.out)
        }
        #expect(scene.partials.isEmpty && access(scene.out, F_OK) != 0)
        bob.change = { _, _ in }
        try await bob.media.download(fileOf: try await bob.only(1), to: scene.out)
        #expect(TextFile.bytes(scene.out) == scene.bytes)
    }

    @Test("another target is another download, and what is in the way is never replaced")
    func targets() async throws {
        let scene = try await Scene(10_000_000)
        let phone = try await receiver(scene)
        let fate = Fate()
        Self.strike(fate, after: 2) { $0.isOffline = true }
        try await phone.restart(fate)
        await #expect(throws: SottoError.self) {
            try await phone.media.download(fileOf: try await phone.only(1), to: scene.out)
        }
        let next = Fate()
        try await phone.restart(next)
        try await phone.media.download(fileOf: try await phone.only(1), to: scene.place.path + "/other")
        #expect(Self.mediaRequests(next) == 3)
        #expect(TextFile.bytes(scene.place.path + "/other") == scene.bytes)
        try TextFile.write([1], to: scene.out)
        await #expect(throws: SottoError(.file(.exists))) {
            try await phone.media.download(fileOf: try await phone.only(1), to: scene.out)
        }
        #expect(TextFile.bytes(scene.out) == [1] && scene.partials.count == 1)
        unlink(scene.out)
        try await phone.media.download(fileOf: try await phone.only(1), to: scene.out)
        #expect(TextFile.bytes(scene.out) == scene.bytes && scene.partials.isEmpty)
        await #expect(throws: SottoError(.file(.unwritable))) {
            try await phone.media.download(fileOf: try await phone.only(1), to: scene.place.path + "/none/out")
        }
    }

    @Test("what has come of a file goes with its message, also while more of it comes")
    func deleted() async throws {
        let scene = try await Scene(10_000_000)
        let phone = try await receiver(scene)
        let fate = Fate()
        Self.strike(fate, after: 2) { $0.isOffline = true }
        try await phone.restart(fate)
        await #expect(throws: SottoError.self) {
            try await phone.media.download(fileOf: try await phone.only(1), to: scene.out)
        }
        #expect(scene.partials.count == 1)
        let next = Fate()
        try await phone.restart(next)
        next.beforeRequest = { [client = phone.account] (request) in
            guard request.path.hasPrefix("/v1/media/") else { return }
            if let line = try? await client.only(1) { _ = try? await client.chats.delete(line) }
        }
        await #expect(throws: SottoError(.file(.none))) {
            try await phone.media.download(fileOf: try await phone.only(1), to: scene.out)
        }
        #expect(scene.partials.isEmpty && access(scene.out, F_OK) != 0)
    }
}
