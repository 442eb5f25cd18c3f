import CCrypto

/// Polynomials as bytes, little-endian bits (FIPS 203, section 4.2.1).
enum PolynomialCoding {
    /// Writes the 256 coefficients of `f`, `bits` bits each, to `output` (32 · `bits` bytes), each passed through
    /// `map` first.
    @inline(__always)
    static func encode(
        _ f: Polynomials.One, bits: UInt32, into output: UnsafeMutableRawBufferPointer, _ map: (UInt16) -> UInt16
    ) {
        precondition(output.count == 32 * Int(bits), "room for 256 coefficients")
        var pending: UInt32 = 0
        var pendingBits: UInt32 = 0
        var offset = 0
        for index in 0..<256 {
            pending |= UInt32(map(f[index])) &<< pendingBits
            pendingBits &+= bits
            while pendingBits >= 8 {
                output[offset] = UInt8(truncatingIfNeeded: pending)
                offset &+= 1
                pending &>>= 8
                pendingBits &-= 8
            }
        }
    }

    /// Reads 256 numbers of `bits` bits each from `input` (32 · `bits` bytes) into `f`, each passed through `map`.
    @inline(__always)
    static func decode(
        _ input: UnsafeRawBufferPointer, bits: UInt32, into f: Polynomials.One, _ map: (UInt16) -> UInt16
    ) {
        precondition(input.count == 32 * Int(bits), "256 coefficients")
        var pending: UInt32 = 0
        var pendingBits: UInt32 = 0
        var offset = 0
        for index in 0..<256 {
            while pendingBits < bits {
                pending |= UInt32(input[offset]) &<< pendingBits
                offset &+= 1
                pendingBits &+= 8
            }
            f[index] = map(UInt16(truncatingIfNeeded: pending & (1 &<< bits &- 1)))
            pending &>>= bits
            pendingBits &-= bits
        }
    }

    /// ByteEncode with 12 bits: 384 bytes.
    static func encode(_ f: Polynomials.One, into output: UnsafeMutableRawBufferPointer) {
        encode(f, bits: 12, into: output) { $0 }
    }

    /// ByteDecode with 12 bits, of what holds numbers below q only.
    static func decode(_ input: UnsafeRawBufferPointer, into f: Polynomials.One) {
        decode(input, bits: 12, into: f) { $0 }
    }

    /// Compress, then ByteEncode. `bits` is 1, 4, 5, 10 or 11, and each has a loop of its own.
    static func encodeCompressed(_ f: Polynomials.One, bits: UInt32, into output: UnsafeMutableRawBufferPointer) {
        switch bits {
        case 1: encode(f, bits: 1, into: output) { FieldElement.compress($0, bits: 1) }
        case 4: encode(f, bits: 4, into: output) { FieldElement.compress($0, bits: 4) }
        case 5: encode(f, bits: 5, into: output) { FieldElement.compress($0, bits: 5) }
        case 10: encode(f, bits: 10, into: output) { FieldElement.compress($0, bits: 10) }
        default: encode(f, bits: 11, into: output) { FieldElement.compress($0, bits: 11) }
        }
    }

    /// ByteDecode, then Decompress. `bits` is 1, 4, 5, 10 or 11, and each has a loop of its own.
    static func decodeCompressed(_ input: UnsafeRawBufferPointer, bits: UInt32, into f: Polynomials.One) {
        switch bits {
        // One bit of a message makes 0 or 1,665. An optimiser that sees as much chooses by a branch.
        case 1: decode(input, bits: 1, into: f) { FieldElement.decompress(value_barrier($0), bits: 1) }
        case 4: decode(input, bits: 4, into: f) { FieldElement.decompress($0, bits: 4) }
        case 5: decode(input, bits: 5, into: f) { FieldElement.decompress($0, bits: 5) }
        case 10: decode(input, bits: 10, into: f) { FieldElement.decompress($0, bits: 10) }
        default: decode(input, bits: 11, into: f) { FieldElement.decompress($0, bits: 11) }
        }
    }
}
