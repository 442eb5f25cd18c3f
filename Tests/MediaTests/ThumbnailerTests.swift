import TestKit
import Testing

@testable import Media

@Suite("Thumbnails")
struct ThumbnailerTests {
    @Test("every sample becomes the picture that it shows", arguments: [
        ("alpha.png", "RGB-"), ("alpha.webp", "RGB-"), ("animated.gif", "RGBW"), ("animated.webp", "RGBW"),
        ("baseline.jpg", "RGBW"), ("interlaced.png", "RGBW"), ("lossless.webp", "RGB-"), ("palette.png", "RGBW"),
        ("progressive.jpg", "RGBW"), ("rgb.png", "RGBW"), ("still.avif", "RGBW"), ("still.gif", "RGBW"),
        ("still.heic", "RGBW"), ("grid.heic", "RGBW"), ("lossy.webp", "BRWG"),
    ])
    func pictures(name: String, expected: String) async throws {
        let workshop = Workshop()
        let media = try Samples.media(Samples.folder + name)
        #expect(Quarters.of(try await workshop.tiny(media)) == expected)
        // And the encoded one shows the same, when it is decoded in turn.
        let made = try await workshop.thumbnails(of: media)
        let again = try Samples.media(try #require(made.pictures.first).bytes)
        #expect(Quarters.of(try await workshop.tiny(again)) == expected)
    }

    @Test("each of the eight orientations is turned upright", arguments: zip(1...8, [
        "RGBW", "GRWB", "WBGR", "BWRG", "RBGW", "BRWG", "WGBR", "GWRB",
    ]))
    func orientation(value: Int, expected: String) async throws {
        let workshop = Workshop()
        let media = try Samples.media(Samples.folder + "orientation-\(value).jpg")
        #expect(Quarters.of(try await workshop.tiny(media)) == expected)
        let made = try await workshop.thumbnails(of: media)
        let upright = PixelSize(width: 96, height: 64)
        #expect(made.size == (value >= 5 ? upright.turned : upright))
        #expect(made.pictures.map(\.size) == [made.size.fitted(to: 64)])
    }

    @Test("nothing that the file said beside its pixels comes through", arguments: [
        "orientation-6.jpg", "baseline.jpg", "rgb.png", "lossy.webp", "animated.gif", "still.avif", "still.heic",
    ])
    func metadata(name: String) async throws {
        let workshop = Workshop()
        let media = try Samples.media(Samples.folder + name)
        #expect(String(decoding: try Samples.bytes(name), as: UTF8.self).contains("CANARY") || name != "rgb.png")
        for encoding in [ThumbnailRequest.Encoding.webp, .jpeg] {
            let made = try await workshop.thumbnails(of: media, ThumbnailRequest(sides: [64, 32], encoding: encoding))
            #expect(made.pictures.count == 2)
            for picture in made.pictures + (made.preview.map { [$0] } ?? []) {
                let text = String(decoding: picture.bytes, as: UTF8.self)
                for word in ["CANARY", "Exif", "EXIF", "ICCP", "ICC_PROFILE", "XMP", "2026:01:01"] {
                    #expect(!text.contains(word), "\(word)")
                }
            }
        }
    }

    @Test("sizes come as asked for, the largest first, and never larger than the image")
    func sizes() async throws {
        let workshop = Workshop()
        let request = ThumbnailRequest(sides: [32, 640, 48])
        let made = try await workshop.thumbnails(of: Samples.media(Samples.folder + "rgb.png"), request)
        let expected = [(96, 64), (48, 32), (32, 21)].map { PixelSize(width: $0.0, height: $0.1) }
        #expect(made.pictures.map(\.size) == expected)
        for picture in made.pictures {
            let facts = try Probe().look(inMemory: picture.bytes)
            #expect(PixelSize(width: facts.width, height: facts.height) == picture.size)
            #expect(facts.format == .webp)
        }
    }

    @Test("a JPEG is made on request, with white where the image is clear")
    func jpeg() async throws {
        let workshop = Workshop()
        let request = ThumbnailRequest(sides: [64], encoding: .jpeg)
        let made = try await workshop.thumbnails(of: Samples.media(Samples.folder + "alpha.png"), request)
        let picture = try #require(made.pictures.first)
        #expect(try Probe().look(inMemory: picture.bytes).format == .jpeg)
        #expect(Quarters.of(try await workshop.tiny(Samples.media(picture.bytes))) == "RGBW")
    }

    @Test("an animation has a preview of its first frames, and only when it is wanted", arguments: [
        "animated.gif", "animated.webp",
    ])
    func preview(name: String) async throws {
        let workshop = Workshop()
        let media = try Samples.media(Samples.folder + name)
        let preview = try #require(try await workshop.thumbnails(of: media).preview)
        let facts = try Probe().look(inMemory: preview.bytes)
        #expect(facts.frameCount == 4)
        #expect(facts.format == .webp)
        #expect(preview.size == PixelSize(width: 96, height: 64))
        let without = ThumbnailRequest(sides: [64], wantsPreview: false)
        #expect(try await workshop.thumbnails(of: media, without).preview == nil)
        #expect(try await workshop.thumbnails(of: Samples.media(Samples.folder + "still.gif")).preview == nil)
    }

    @Test("an animation whose frames are all the same has a thumbnail and no preview")
    func stillness() async throws {
        var bytes = try Samples.bytes("still.gif")
        // Its one frame twice: everything between the head with its palette and the trailer.
        let head = 13 + 3 << (Int(bytes[10] & 7) + 1)
        bytes.insert(contentsOf: bytes[head..<(bytes.count - 1)], at: bytes.count - 1)
        let media = try Samples.media(bytes)
        #expect(try Probe().look(at: media).frameCount == 2)
        let made = try await Workshop().thumbnails(of: media)
        #expect(made.preview == nil)
        #expect(made.pictures.count == 1)
    }
}
