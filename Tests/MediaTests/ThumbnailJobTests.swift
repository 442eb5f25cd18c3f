import Testing

@testable import Media

@Suite("The plan for one image")
struct ThumbnailJobTests {
    private func facts(_ format: ImageFormat, _ width: Int, _ height: Int) -> ImageFacts {
        ImageFacts(format, width: width, height: height)
    }

    @Test("a thumbnail is never larger than its image, and no size is made twice")
    func sizes() {
        let job = ThumbnailJob(facts(.png, 500, 250), of: 1000, for: ThumbnailRequest(sides: [1280, 96, 320, 640]))
        let expected = [(500, 250), (320, 160), (96, 48)].map { PixelSize(width: $0.0, height: $0.1) }
        #expect(job.targets == expected)
        let dot = ThumbnailJob(facts(.png, 1, 1), of: 1000, for: ThumbnailRequest())
        #expect(dot.targets == [PixelSize(width: 1, height: 1)])
        let thin = ThumbnailJob(facts(.png, 60_000, 1), of: 1000, for: ThumbnailRequest(sides: [96]))
        #expect(thin.targets == [PixelSize(width: 96, height: 1)])
    }

    @Test("a JPEG's decoder shrinks as far as leaves something for the better filter", arguments: [
        (4000, 320, 8), (2000, 320, 4), (800, 320, 2), (700, 320, 1), (320, 320, 1), (100, 320, 1),
    ])
    func shrink(width: Int, side: Int, expected: Int) {
        let request = ThumbnailRequest(sides: [side])
        #expect(ThumbnailJob(facts(.jpeg, width, 10), of: 1000, for: request).shrink == expected)
        #expect(ThumbnailJob(facts(.png, width, 10), of: 1000, for: request).shrink == 1)
    }

    @Test("a job reads back as it was written, and nothing else does")
    func codec() {
        var animated = facts(.gif, 640, 480)
        animated.frameCount = 12
        animated.orientation = 6
        let job = ThumbnailJob(animated, of: 1000, for: ThumbnailRequest(encoding: .jpeg, quality: 60))
        #expect(job.previewFrameCount == 12)
        #expect(job.upright(PixelSize(width: 640, height: 480)) == PixelSize(width: 480, height: 640))
        #expect(ThumbnailJob(bytes: job.bytes) == job)
        for count in 0..<job.bytes.count { #expect(ThumbnailJob(bytes: Array(job.bytes.prefix(count))) == nil) }
        #expect(ThumbnailJob(bytes: job.bytes + [0]) == nil)
    }

    @Test("a preview holds no more frames than fit its memory")
    func preview() {
        var large = facts(.gif, 4000, 3000)
        large.frameCount = 100
        #expect(ThumbnailJob(large, of: 1000, for: ThumbnailRequest()).previewFrameCount == 2)
        large.width = 8000
        #expect(ThumbnailJob(large, of: 1000, for: ThumbnailRequest()).previewFrameCount == 0)
        #expect(ThumbnailJob(large, of: 1000, for: ThumbnailRequest(wantsPreview: false)).previewFrameCount == 0)
    }
}
