/// What a `meta` box says of the items in a HEIF file.
struct HEIFItems {
    let limits: MediaLimits
    private var primary: Int?
    private var types: [Int: FourCC] = [:]
    private var properties: [Property] = []
    private var owned: [Int: [Int]] = [:]
    /// Entries and links of all `ipma` boxes so far: one box holds a million of them, so boxes are no measure.
    private(set) var linkCount = 0
    private var tileCounts: [Int: Int] = [:]
    private var hasEXIF = false

    private enum Property {
        case size(width: Int, height: Int)
        case turn(Int)
        case mirror
        case profile
        case alpha
        case depth(Int)
        case other
    }

    init(limits: MediaLimits) { self.limits = limits }

    mutating func read(_ reader: inout ProbeReader, _ meta: Box, _ budget: inout Int) throws(MediaRefusal) {
        var boxes: [Box] = []
        try Box.walk(&reader, from: meta.body + 4, to: meta.end, budget: &budget) { (_, box, _) in boxes.append(box) }
        for box in boxes {
            switch box.type {
            case "pitm":
                let size = try reader.byte(box.body) == 0 ? 2 : 4
                primary = try reader.big(box.body + 4, size)
            case "iinf": try readTypes(&reader, box, &budget)
            case "iprp": try readProperties(&reader, box, &budget)
            case "iref": try readReferences(&reader, box, &budget)
            default: break
            }
        }
    }

    private mutating func readTypes(
        _ reader: inout ProbeReader, _ box: Box, _ budget: inout Int
    ) throws(MediaRefusal) {
        let head = try reader.byte(box.body) == 0 ? 6 : 8
        var infos: [Box] = []
        try Box.walk(&reader, from: box.body + head, to: box.end, budget: &budget) { (_, box, _) in infos.append(box) }
        for info in infos where info.type == "infe" {
            let version = try reader.byte(info.body)
            guard version == 2 || version == 3 else { continue }
            let size = version == 2 ? 2 : 4
            let type = try reader.tag(info.body + 4 + size + 2)
            types[try reader.big(info.body + 4, size)] = type
            if type == "Exif" { hasEXIF = true }
        }
    }

    private mutating func readProperties(
        _ reader: inout ProbeReader, _ box: Box, _ budget: inout Int
    ) throws(MediaRefusal) {
        var parts: [Box] = []
        try Box.walk(&reader, from: box.body, to: box.end, budget: &budget) { (_, box, _) in parts.append(box) }
        for part in parts {
            switch part.type {
            case "ipco":
                var found: [Box] = []
                try Box.walk(&reader, from: part.body, to: part.end, budget: &budget) { (_, box, _) in
                    found.append(box)
                }
                for box in found { properties.append(try property(&reader, box)) }
            case "ipma": try readOwners(&reader, part)
            default: break
            }
        }
    }

    private func property(_ reader: inout ProbeReader, _ box: Box) throws(MediaRefusal) -> Property {
        switch box.type {
        case "ispe":
            let width = try reader.big(box.body + 4, 4), height = try reader.big(box.body + 8, 4)
            guard width > 0, height > 0 else { throw .empty }
            // Of any item: a decoder may look at more than the one that is shown.
            guard width <= limits.sideMax, height <= limits.sideMax else { throw .tooLarge(.side) }
            guard width * height <= limits.wholePixelCountMax else { throw .tooLarge(.pixels) }
            return .size(width: width, height: height)
        case "irot": return .turn(Int(try reader.byte(box.body) & 3))
        case "imir": return .mirror
        case "colr": return try reader.has("nclx", at: box.body) ? .other : .profile
        case "auxC":
            let name = try reader.bytes(box.body + 4, min(64, box.count - 4))
            return String(decoding: name, as: UTF8.self).contains("alpha") ? .alpha : .other
        case "pixi":
            let count = try reader.byte(box.body + 4)
            return count > 0 ? .depth(Int(try reader.byte(box.body + 5))) : .other
        default: return .other
        }
    }

    private mutating func readOwners(_ reader: inout ProbeReader, _ box: Box) throws(MediaRefusal) {
        let version = try reader.byte(box.body)
        let isWide = try reader.byte(box.body + 3) & 1 == 1
        let count = try reader.big(box.body + 4, 4)
        guard count <= 4096 else { throw .tooLarge(.tiles) }
        var offset = box.body + 8
        for _ in 0..<count {
            try countLink()
            let size = version == 0 ? 2 : 4
            guard offset <= box.end - size - 1 else { throw .truncated }
            let item = try reader.big(offset, size)
            let links = Int(try reader.byte(offset + size))
            offset += size + 1
            for _ in 0..<links {
                try countLink()
                guard offset <= box.end - (isWide ? 2 : 1) else { throw .truncated }
                let index = isWide ? try reader.big(offset, 2) & 0x7FFF : try reader.big(offset, 1) & 0x7F
                offset += isWide ? 2 : 1
                guard index <= HEIFProbe.boxCountMax else { throw .malformed(.header) }
                if index > 0 { owned[item, default: []].append(index - 1) }
            }
        }
    }

    private mutating func countLink() throws(MediaRefusal) {
        guard linkCount < limits.linkCountMax else { throw .tooLarge(.links) }
        linkCount += 1
    }

    private mutating func readReferences(
        _ reader: inout ProbeReader, _ box: Box, _ budget: inout Int
    ) throws(MediaRefusal) {
        let size = try reader.byte(box.body) == 0 ? 2 : 4
        var references: [Box] = []
        try Box.walk(&reader, from: box.body + 4, to: box.end, budget: &budget) { (_, box, _) in
            references.append(box)
        }
        for reference in references where reference.type == "dimg" {
            let item = try reader.big(reference.body, size)
            tileCounts[item] = try reader.big(reference.body + size, 2)
        }
    }

    func facts(isAVIF: Bool) throws(MediaRefusal) -> ImageFacts {
        guard let primary, let type = types[primary] else { throw .malformed(.header) }
        guard ["hvc1", "hev1", "av01", "grid", "iovl", "iden"].contains(type) else { throw .malformed(.header) }
        if type == "grid" {
            guard let tiles = tileCounts[primary], tiles > 0 else { throw .malformed(.header) }
            guard tiles <= limits.tileCountMax else { throw .tooLarge(.tiles) }
        } else if type == "iovl" || type == "iden" {
            // An image made of others, which may be made of others: no camera writes it.
            throw .unsupported(.heifSequence)
        }
        var facts: ImageFacts?
        var depth = 8, turn = 0, hasProfile = false
        for index in owned[primary, default: []] {
            guard properties.indices.contains(index) else { throw .malformed(.header) }
            switch properties[index] {
            case .size(let width, let height): facts = ImageFacts(.heif, width: width, height: height)
            case .turn(let quarters): turn = quarters
            case .profile: hasProfile = true
            case .depth(let bits): depth = bits
            case .mirror, .alpha, .other: break
            }
        }
        guard var facts else { throw .malformed(.header) }
        // The decoder turns it; what it hands over is upright.
        if turn % 2 == 1 { (facts.width, facts.height) = (facts.height, facts.width) }
        facts.hasAlpha = properties.contains { if case .alpha = $0 { true } else { false } }
        facts.hasProfile = hasProfile
        facts.hasEXIF = hasEXIF
        facts.isAVIF = isAVIF
        facts.pixelByteCount = facts.hasAlpha ? 4 : 3
        // As measured: planes, their references and RGB for an image in one piece; less where tiles go one by one.
        let pixelMemory = type == "grid" ? 9 : 13
        facts.memoryByteCount = facts.pixelCount * pixelMemory * (depth > 8 ? 2 : 1)
        return facts
    }
}
