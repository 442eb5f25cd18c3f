import Store
import Testing
import Wire

@testable import Chat

@Suite struct PictureWishTests {
    private static let media = MediaID.random()
    private static func row(_ side: UInt64, _ variant: ThumbnailVariant) -> ThumbnailRow {
        ThumbnailRow(media: media, side: side, variant: variant, blob: BlobID(bytes: SixteenBytes(high: side, low: 1)))
    }
    private static let pictures = [
        row(96, .jpeg), row(96, .webp), row(320, .preview), row(320, .webp), row(500, .webp),
    ]

    @Test(
        "the smallest that is large enough, or the largest; a JPEG that is not there is made in a size of the list",
        arguments: [
            (PictureWish(), PictureWish.Answer.stored(row(320, .webp))),
            (PictureWish(size: 1), .stored(row(96, .webp))), (PictureWish(size: 97), .stored(row(320, .webp))),
            (PictureWish(size: 65_536), .stored(row(500, .webp))),
            (PictureWish(size: 96, type: .jpeg), .stored(row(96, .jpeg))),
            (PictureWish(size: 100, type: .jpeg), .make(side: 320)),
            (PictureWish(size: 9_999, type: .jpeg), .make(side: 500)),
            (PictureWish(size: 1, isAnimated: true), .stored(row(320, .preview))),
        ])
    func choice(wish: PictureWish, answer: PictureWish.Answer) {
        #expect(wish.answer(from: Self.pictures) == answer)
    }

    @Test("without a preview the still picture is given; without any picture nothing")
    func fallback() {
        let wish = PictureWish(isAnimated: true)
        #expect(wish.answer(from: [Self.row(96, .webp)]) == .stored(Self.row(96, .webp)))
        #expect(wish.answer(from: []) == .nothing)
        #expect(PictureWish(type: .jpeg).answer(from: []) == .nothing)
    }
}
