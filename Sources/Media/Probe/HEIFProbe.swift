/// Reads the `meta` box of a HEIF or AVIF file (ISO 23008-12): items, their properties, and which one is shown.
///
/// | box | what is read |
/// |---|---|
/// | `ftyp` | a brand of still images, HEVC or AV1 |
/// | `pitm` | which item is shown |
/// | `iinf` | that it is a coded image or a grid of them |
/// | `iprp` | sizes, turns, alpha and profiles, and which item has which |
/// | `iref` | how many tiles a grid has |
struct HEIFProbe {
    let limits: MediaLimits

    private static let stills: Set<FourCC> = ["heic", "heix", "heim", "heis", "mif1", "miaf", "avif"]
    private static let sequences: Set<FourCC> = ["hevc", "hevx", "msf1", "avis"]
    /// Boxes in a file, and so properties of its items.
    static let boxCountMax = 8192

    /// Whether the file begins with an `ftyp` of a still image or a sequence of them.
    static func isHEIF(_ reader: inout ProbeReader) throws(MediaRefusal) -> Bool {
        guard try reader.tag(4) == "ftyp", reader.byteCount >= 16 else { return false }
        return try brands(&reader).contains { stills.contains($0) || sequences.contains($0) }
    }

    private static func brands(_ reader: inout ProbeReader) throws(MediaRefusal) -> [FourCC] {
        let size = min(try reader.big(0, 4), reader.byteCount, 256)
        guard size >= 16 else { return size >= 12 ? [try reader.tag(8)] : [] }
        var found = [try reader.tag(8)]
        for offset in stride(from: 16, through: size - 4, by: 4) { found.append(try reader.tag(offset)) }
        return found
    }

    func look(_ reader: inout ProbeReader) throws(MediaRefusal) -> ImageFacts {
        let brands = try Self.brands(&reader)
        guard brands.contains(where: Self.stills.contains) else { throw .unsupported(.heifSequence) }
        var items = HEIFItems(limits: limits)
        var budget = Self.boxCountMax
        var hasMeta = false
        let end = reader.byteCount
        try Box.walk(&reader, from: 0, to: end, budget: &budget) { (reader, box, budget) throws(MediaRefusal) in
            guard box.type == "meta", !hasMeta else { return }
            guard box.count >= 4 else { throw .malformed(.box) }
            hasMeta = true
            try items.read(&reader, box, &budget)
        }
        guard hasMeta else { throw .malformed(.box) }
        return try items.facts(isAVIF: brands.contains("avif"))
    }
}
