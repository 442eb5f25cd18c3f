import Glibc
import TestKit
import Testing

@testable import Client

@Suite("The small picture inside a message")
struct AttachmentPreviewTests {
    private static let samples = #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 }
        + "/fixtures/media/"

    private func preview(_ thumbnail: [UInt8], _ type: String) -> AttachmentPreview {
        AttachmentPreview(thumbHash: [1], width: 1, height: 1, thumbnail: thumbnail, thumbnailType: type)
    }

    @Test("a still of an allowed type is written anew, whatever else its sender says of it")
    func good() throws {
        let samples = [
            ("lossy.webp", "image/webp"), ("alpha.webp", "image/webp"), ("baseline.jpg", "image/jpeg"),
        ]
        for (name, type) in samples {
            let bytes = TextFile.bytes(Self.samples + name)
            let checked = try preview(bytes, type).checked()
            #expect(checked.type == type)
            #expect(checked.width > 1 && max(checked.width, checked.height) <= 320)
            #expect(try preview(checked.bytes, type).checked() == checked, "nothing more to leave out")
        }
        // What stands in a chunk that no picture needs does not come through.
        let bytes = TextFile.bytes(Self.samples + "lossy.webp")
        let secret = Array("XXXX".utf8) + [8, 0, 0, 0] + Array("a secret".utf8)
        var longer = bytes + secret
        let size = UInt32(longer.count - 8)
        longer.replaceSubrange(4..<8, with: (0..<4).map { UInt8(truncatingIfNeeded: size >> (8 * UInt32($0))) })
        let checked = try preview(longer, "image/webp").checked()
        #expect(!String(decoding: checked.bytes, as: UTF8.self).contains("a secret"))
    }

    @Test("another type, an animation, too many pixels, and every cut and flipped bit never trap")
    func bad() throws {
        let webp = TextFile.bytes(Self.samples + "lossy.webp")
        for (name, type) in [
            ("lossy.webp", "image/jpeg"), ("rgb.png", "image/png"), ("rgb.png", "image/webp"),
            ("animated.webp", "image/webp"), ("still.heic", "image/heic"), ("lossy.webp", "text/html"),
        ] {
            let bytes = TextFile.bytes(Self.samples + name)
            #expect(throws: ClientError.file(.badPreview), "\(name) as \(type)") {
                try preview(bytes, type).checked()
            }
        }
        for count in stride(from: 0, to: webp.count, by: 7) {
            #expect(throws: ClientError.file(.badPreview)) {
                try preview(Array(webp.prefix(count)), "image/webp").checked()
            }
        }
        for index in webp.indices.prefix(64) {
            for bit in 0..<8 {
                var changed = webp
                changed[index] ^= 1 << UInt8(bit)
                let made = try? preview(changed, "image/webp").checked()
                #expect(made.map { max($0.width, $0.height) <= 320 } ?? true)
            }
        }
    }

    @Test("a photo is shown by 320 pixels at most; what is no image, or has no worker, is sent without")
    func made() async throws {
        var configuration = SottoConfiguration(folder: "")
        let photo = OutgoingFile(path: Self.samples + "orientation-6.jpg")
        #expect(await configuration.preview(of: photo) == nil, "nobody makes one")
        configuration.thumbnailWorkerPath = BuildFolder.path + "/sotto-media"
        let preview = try #require(await configuration.preview(of: photo))
        #expect(preview.width == 64 && preview.height == 96 && preview.thumbnailType == "image/webp")
        #expect(preview.thumbnail.count <= AttachmentPreview.thumbnailByteCountMax)
        #expect(AttachmentPreview.thumbHashByteCounts.contains(preview.thumbHash.count))
        #expect(try preview.checked().width == 64)
        var unwanted = photo
        unwanted.wantsPreview = false
        #expect(await configuration.preview(of: unwanted) == nil)
        for path in [#filePath, "/nowhere", "/dev/zero", Self.samples + "clip.mp4"] {
            #expect(await configuration.preview(of: OutgoingFile(path: path)) == nil, "\(path)")
        }
        configuration.thumbnailWorkerPath = "/bin/true"
        #expect(await configuration.preview(of: photo) == nil, "a worker that is none")
    }

    @Test("a picture that stays too long is made smaller until it fits")
    func smaller() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/noise.gif"
        let file = try #require(fopen(path, "wb"))
        let noise = Self.noise(side: 400)
        #expect(fwrite(noise, 1, noise.count, file) == noise.count)
        fclose(file)
        var configuration = SottoConfiguration(folder: "")
        configuration.thumbnailWorkerPath = BuildFolder.path + "/sotto-media"
        let preview = try #require(await configuration.preview(of: OutgoingFile(path: path)))
        #expect(preview.width == 400)
        #expect(preview.thumbnail.count <= AttachmentPreview.thumbnailByteCountMax)
        #expect(try preview.checked().width < 320)
    }

    /// A GIF of random colours, which shrink least of all. Its codes are written as they are: a clear code comes before
    /// the table is long enough for wider ones.
    private static func noise(side: Int) -> [UInt8] {
        var state: UInt32 = 7
        func next() -> UInt8 {
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(truncatingIfNeeded: state >> 24)
        }
        let sides = [UInt8(truncatingIfNeeded: side), UInt8(truncatingIfNeeded: side >> 8)]
        var file = Array("GIF89a".utf8) + sides + sides + [0xF6, 0, 0]
        for _ in 0..<(128 * 3) { file.append(next()) }
        file += [0x2C, 0, 0, 0, 0] + sides + sides + [0, 7]
        var codes: [UInt8] = []
        for pixel in 0..<(side * side) {
            if pixel.isMultiple(of: 120) { codes.append(128) }
            codes.append(next() & 127)
        }
        codes.append(129)
        for start in stride(from: 0, to: codes.count, by: 255) {
            let piece = codes[start..<min(start + 255, codes.count)]
            file.append(UInt8(piece.count))
            file += piece
        }
        return file + [0, 0x3B]
    }
}
