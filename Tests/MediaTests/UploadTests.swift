import Glibc
import TestKit
import Testing

@testable import Media

@Suite("Uploads")
struct UploadTests {
    @Test("a sealed upload is sealed whatever its bytes look like, and says nothing but its size")
    func sealed() throws {
        let file = try ReadOnlyFile(path: Samples.folder + "rgb.png")
        guard case .sealed(let media) = Upload(file, declared: .sealed) else {
            Issue.record("a sealed upload became an open one")
            return
        }
        #expect(media.byteCount == file.byteCount)
        guard case .open = Upload(file, declared: .open) else {
            Issue.record("an open upload became a sealed one")
            return
        }
    }

    @Test("what stands behind an image's own bytes is no part of it", arguments: [
        "still.heic", "still.avif", "animated.webp", "rgb.png", "baseline.jpg", "still.gif",
    ])
    func footer(name: String) async throws {
        let bytes = try Samples.bytes(name)
        let stored = try Samples.file(bytes + [UInt8](repeating: 0xAB, count: 4000))
        let shared = try ReadOnlyFile(sharing: stored.descriptor, byteCount: bytes.count)
        guard case .open(let media) = Upload(shared, declared: .open) else { return }
        #expect(try Probe().look(at: media) == Probe().look(inMemory: bytes))
        let workshop = Workshop()
        let plain = try await workshop.thumbnails(of: Samples.media(bytes))
        #expect(try await workshop.thumbnails(of: media) == plain)
    }

    @Test("a file that can be written to, is shorter or is no file, is not shared with a worker")
    func sharing() throws {
        let file = try Samples.file([1, 2, 3])
        #expect(try ReadOnlyFile(sharing: file.descriptor, byteCount: 2).read(at: 0, count: 9) == [1, 2])
        #expect(throws: MediaRefusal.unreadable) { try ReadOnlyFile(sharing: file.descriptor, byteCount: 4) }
        #expect(throws: MediaRefusal.unreadable) { try ReadOnlyFile(sharing: -1, byteCount: 0) }
        let folder = try TemporaryFolder()
        let writable = open(folder.path + "/writable", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(writable) }
        #expect(throws: MediaRefusal.unreadable) { try ReadOnlyFile(sharing: writable, byteCount: 0) }
    }
}
