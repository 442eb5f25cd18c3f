import TestKit

/// Ways to break a file.
enum Mutation {
    private static let tempting: [UInt8] = [0x00, 0xFF, 0x7F, 0x80, 0x01, 0xFE, 0xD9, 0xDA]

    /// One to eight changes: bits turned, bytes replaced by tempting ones, pieces cut, doubled or moved.
    static func of(_ bytes: [UInt8], _ dice: inout SplitMix) -> [UInt8] {
        var mutated = bytes
        for _ in 0..<Int.random(in: 1...8, using: &dice) where mutated.count > 2 {
            let place = Int.random(in: 0..<mutated.count, using: &dice)
            let length = min(Int.random(in: 1...32, using: &dice), mutated.count - place)
            switch Int.random(in: 0..<6, using: &dice) {
            case 0, 1: mutated[place] ^= 1 << UInt8.random(in: 0..<8, using: &dice)
            case 2: mutated[place] = tempting.randomElement(using: &dice) ?? 0
            case 3: mutated.removeSubrange(place..<(place + length))
            case 4: mutated.insert(contentsOf: mutated[place..<(place + length)], at: place)
            default:
                for offset in 0..<min(4, length) { mutated[place + offset] = UInt8.random(in: 0...255, using: &dice) }
            }
        }
        return mutated
    }
}
