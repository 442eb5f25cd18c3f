import Chat
import Store
import Transport
import Wire

/// How a request says which picture it wants. docs/protocol/media.md has the table.
enum PictureQuery {
    /// - Throws: `malformed`.
    static func wish(of call: Call, _ head: RequestHead) throws(Problem) -> PictureWish {
        var wish = PictureWish(size: try call.asked(PictureParameters.size) ?? PictureWish.usualSize)
        let type = try call.asked(PictureParameters.type)
        wish.isAnimated = try call.asked(PictureParameters.animated) ?? false
        if wish.isAnimated, type == .jpeg {
            throw Problem(.malformed, "A moving picture is a WebP.", field: "query.animated")
        }
        if let type {
            wish.type = type
        } else if !wish.isAnimated {
            wish.type = self.type(for: AcceptField(head.headers.all("accept")))
        }
        return wish
    }

    /// JPEG for who takes that and no WebP, which is smaller: one weight is not compared with the other.
    static func type(for accepted: AcceptField) -> PictureType {
        let takesWebP = accepted.wish(for: "image/webp").weight > 0
        return !takesWebP && accepted.wish(for: "image/jpeg").weight > 0 ? .jpeg : .webp
    }

    /// Answers with the picture, which is made first where it must be.
    /// - Parameter staysSame: whether the address names these media for ever.
    static func answer(
        _ wish: PictureWish, of row: MediaRow, staysSame: Bool, _ call: Call, _ exchange: HTTPExchange
    ) async throws(Problem) -> Reply? {
        let media = call.services.media
        let picture = try await media.pictures.picture(wish, of: row)
        let reader = try await media.files.reader(of: picture.blob)
        let download = Download(
            reader: reader, mediaType: picture.variant.mediaType, staysSame: staysSame, variesByAccept: true)
        return try await download.answer(exchange, call)
    }
}
