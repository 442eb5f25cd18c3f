import Testing
import Wire

@testable import Server

@Suite struct PictureQueryTests {
    @Test(
        "who takes JPEG and no WebP gets a JPEG, all others a WebP",
        arguments: [
            ("image/jpeg", PictureType.jpeg), ("text/html, IMAGE/JPEG;q=0.5", .jpeg),
            ("image/jpeg,image/webp;q=0", .jpeg), ("image/jpeg, image/webp;q=0.000", .jpeg), ("image/png", .webp),
            ("image/jpeg, image/webp", .webp), ("image/jpeg,image/webp;q=0.1", .webp), ("image/jpeg, */*;q=0.1", .webp),
            ("image/*, image/jpeg", .webp), ("image/jpeg;q=0", .webp), ("", .webp), (",;,", .webp),
            ("image/*, image/webp;q=0", .jpeg), ("*/*;q=0.1, image/jpeg;q=0", .webp),
        ])
    func negotiation(accepted: String, type: PictureType) {
        #expect(PictureQuery.type(for: AcceptField([accepted])) == type)
    }
}
