/// The 64-bit digest that every log row and every chunk of a blob carries of its bytes. Against decay, not attackers.
///
/// Each step is a bijection of the state for a given word, and of the word for a given state. So a change that stays
/// within one aligned word of eight bytes, such as any flipped bit, always changes the digest; a wider one slips
/// through once in 2^64. The row's number and length go in as well: a sound row in a wrong place does not fit.
///
/// Four lanes run side by side, since a multiplication waits three cycles for its result.
package enum RowDigest {
    private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15
    private static let seed: UInt64 = 0x2545_F491_4F6C_DD1D

    /// The digest of `bytes`, which are row, chunk or piece number `row` of what they belong to.
    package static func of(_ bytes: UnsafeRawBufferPointer, row: Int64) -> UInt64 {
        let count = bytes.count
        var one = absorbing(UInt64(bitPattern: row), into: seed)
        var two = absorbing(UInt64(count), into: seed)
        var three = seed
        var four = seed &+ 1
        var offset = 0
        while offset <= count - 32 {
            one = absorbing(word(bytes, offset), into: one)
            two = absorbing(word(bytes, offset + 8), into: two)
            three = absorbing(word(bytes, offset + 16), into: three)
            four = absorbing(word(bytes, offset + 24), into: four)
            offset += 32
        }
        while offset <= count - 8 {
            one = absorbing(word(bytes, offset), into: one)
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < count {
            rest = rest << 8 | UInt64(bytes[offset])
            offset += 1
        }
        two = absorbing(rest, into: two)
        return absorbing(four, into: absorbing(three, into: absorbing(two, into: one)))
    }

    @inline(__always)
    private static func absorbing(_ word: UInt64, into state: UInt64) -> UInt64 {
        let product = (state ^ word) &* multiplier
        return product << 29 | product >> 35
    }

    @inline(__always)
    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
