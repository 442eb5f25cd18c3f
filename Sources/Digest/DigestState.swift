/// A 64-bit digest that is fed value by value: what a row of a table carries of its key and columns. Against decay,
/// not attackers.
///
/// Each step is a bijection of the state for a given word, and of the word for a given state: a change that stays
/// within one word, such as any flipped bit, always changes the digest. What kind of value it is, and how many bytes
/// it has, goes in as well, so that no two rows of different shape look alike.
package struct DigestState: Sendable {
    private var state: UInt64

    /// - Parameter seed: another one for each table, so that a row in the wrong table does not fit.
    package init(seed: UInt64) {
        state = seed
    }

    /// The digest of what was absorbed so far.
    package var value: UInt64 { state }

    /// Absorbs one word.
    package mutating func absorb(_ word: UInt64) {
        let product = (state ^ word) &* 0x9E37_79B9_7F4A_7C15
        state = product << 29 | product >> 35
    }

    /// Absorbs bytes, eight at a time; the caller absorbs how many there are.
    package mutating func absorb(_ bytes: UnsafeRawBufferPointer) {
        var offset = 0
        while offset <= bytes.count - 8 {
            absorb(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            offset += 8
        }
        guard offset < bytes.count else { return }
        var rest: UInt64 = 0
        while offset < bytes.count {
            rest = rest << 8 | UInt64(bytes[offset])
            offset += 1
        }
        absorb(rest)
    }
}
