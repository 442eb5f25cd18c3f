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
}
