/// What a sender calls a file, as the name of a file here: the sender's word, so never a path, no hidden file, nothing
/// that a program takes for an option, and nothing that moves a cursor where names are listed.
enum ClaimedFileName {
    /// File systems take 255, of which what is beside a download under way needs some.
    static let byteCountMax = 200

    /// - Parameter fallback: where nothing of it is left.
    static func safe(_ claimed: String?, else fallback: String) -> String {
        // By scalars: a mark behind a slash makes one character of both.
        let last = (claimed ?? "").unicodeScalars.split { $0 == "/" }.last.map { Array($0) } ?? []
        var name = String.UnicodeScalarView()
        for scalar in last { name.append(isHarmful(scalar) ? "_" : scalar) }
        let begun = name.drop { $0 == "." || $0 == "-" || $0 == " " }
        guard begun.contains(where: { $0 != "_" && $0 != "." && $0 != " " }) else { return fallback }
        return shortened(String(begun))
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // A backslash is a slash elsewhere.
        case 0x00..<0x20, 0x7F..<0xA0, 0x5C, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// Cut before its extension, which says what it is.
    private static func shortened(_ name: String) -> String {
        guard name.utf8.count > byteCountMax else { return name }
        let dot = name.lastIndex(of: ".") ?? name.endIndex
        let ending = name[dot...].utf8.count <= 20 ? name[dot...] : ""
        // By scalars: one character may be as long as the whole name.
        var stem = name.dropLast(ending.count).unicodeScalars
        while stem.reduce(ending.utf8.count, { $0 + UTF8.width($1) }) > byteCountMax { stem.removeLast() }
        return String(stem) + ending
    }
}
