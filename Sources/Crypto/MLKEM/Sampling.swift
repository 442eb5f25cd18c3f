/// Polynomials out of hash output (FIPS 203, section 4.2.2).
enum Sampling {
    /// Algorithm 7: a uniform, already transformed polynomial from the public seed and its place in the matrix.
    ///
    /// Takes as long as the public seed makes it take. Stays a function of its own: make constant-time knows it by
    /// its name, since where the seed is public a program that follows bytes cannot see.
    @inline(never)
    static func uniform(seed: UnsafeRawBufferPointer, column: UInt8, row: UInt8, into f: Polynomials.One) {
        var sponge = Keccak.shake128()
        sponge.absorb(seed)
        sponge.absorb([column, row])
        withUnsafeTemporaryAllocation(byteCount: 168, alignment: 8) { block in
            var count = 0
            while count < 256 {
                sponge.squeeze(into: block)
                var offset = 0
                while offset < 168, count < 256 {
                    let (b0, b1, b2) = (UInt16(block[offset]), UInt16(block[offset + 1]), UInt16(block[offset + 2]))
                    let first = b0 | (b1 & 0x0F) << 8
                    let second = b1 >> 4 | b2 << 4
                    if first < FieldElement.q {
                        f[count] = first
                        count += 1
                    }
                    if second < FieldElement.q, count < 256 {
                        f[count] = second
                        count += 1
                    }
                    offset += 3
                }
            }
        }
    }

    /// Algorithm 8 with η = 2: a small secret polynomial from 128 bytes of SHAKE256(seed, number).
    static func small(seed: UnsafeRawBufferPointer, number: UInt8, into f: Polynomials.One) {
        var sponge = Keccak.shake256()
        sponge.absorb(seed)
        sponge.absorb([number])
        sponge.squeezeSecret(128).withUnsafeBytes { bytes in
            for index in 0..<128 {
                f[2 * index] = small(bytes[index] & 0x0F)
                f[2 * index + 1] = small(bytes[index] >> 4)
            }
        }
    }

    /// The first two bits' sum less the last two bits' sum, modulo q.
    @inline(__always)
    private static func small(_ bits: UInt8) -> UInt16 {
        let bits = UInt16(bits)
        return FieldElement.subtract((bits & 1) &+ (bits &>> 1 & 1), (bits &>> 2 & 1) &+ (bits &>> 3 & 1))
    }
}
