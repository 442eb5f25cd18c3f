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
        } else if !wish.isAnimated, let accepted = head.headers["accept"] {
            wish.type = self.type(for: accepted)
        }
        return wish
    }

    /// What suits the field `Accept` (RFC 9110, section 12.5.1): JPEG for who takes that and no WebP. Weights are not
    /// compared, but one of zero refuses.
    static func type(for accepted: String) -> PictureType {
        var taken: Set<String> = []
        for range in accepted.lowercased().split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.trimmed }
            guard let name = parts.first, !parts.dropFirst().contains(where: { isZero($0) }) else { continue }
            taken.insert(name)
        }
        return taken.contains("image/jpeg") && taken.isDisjoint(with: ["image/webp", "image/*", "*/*"]) ? .jpeg : .webp
    }

    private static func isZero(_ parameter: String) -> Bool {
        parameter.hasPrefix("q=0") && parameter.dropFirst(3).allSatisfy { $0 == "0" || $0 == "." }
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

extension Substring {
    /// Without the blanks around it.
    fileprivate var trimmed: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
