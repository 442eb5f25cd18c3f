/// Arithmetic modulo q = 3,329 (FIPS 203, section 2.3). Elements are held reduced, 0…3,328.
///
/// Constant time: no branch, no table and no division depends on a value. Sizes are such that nothing overflows, so
/// the wrapping operators only leave out checks.
enum FieldElement {
    static let q: UInt16 = 3_329

    /// `a` modulo q for `a` below 2q.
    @inline(__always)
    static func reduceOnce(_ a: UInt16) -> UInt16 {
        let lowered = a &- q
        // The top bit says that it went below zero.
        return lowered &+ (q & (0 &- (lowered &>> 15)))
    }

    /// `a` modulo q for `a` below 2^24 (Barrett; 5,039 is 2^24 / q rounded down).
    @inline(__always)
    static func reduce(_ a: UInt32) -> UInt16 {
        let quotient = UInt32(truncatingIfNeeded: (UInt64(a) &* 5_039) &>> 24)
        return reduceOnce(UInt16(truncatingIfNeeded: a &- quotient &* UInt32(q)))
    }

    @inline(__always)
    static func add(_ a: UInt16, _ b: UInt16) -> UInt16 { reduceOnce(a &+ b) }

    @inline(__always)
    static func subtract(_ a: UInt16, _ b: UInt16) -> UInt16 { reduceOnce(a &+ q &- b) }

    @inline(__always)
    static func multiply(_ a: UInt16, _ b: UInt16) -> UInt16 { reduce(UInt32(a) &* UInt32(b)) }

    /// round(2^bits / q · a) modulo 2^bits, for 1, 4, 5, 10 and 11 bits (FIPS 203, section 4.2.1).
    ///
    /// The quotient by q is a product with 2^33 / q rounded up: exact for every element, as a test tries.
    @inline(__always)
    static func compress(_ a: UInt16, bits: UInt32) -> UInt16 {
        let dividend = UInt64(a) &<< UInt64(bits) &+ UInt64(q / 2)
        let quotient = (dividend &* 2_580_335) &>> 33
        return UInt16(truncatingIfNeeded: quotient) & (1 &<< UInt16(bits) &- 1)
    }

    /// round(q / 2^bits · a), for `a` below 2^bits.
    @inline(__always)
    static func decompress(_ a: UInt16, bits: UInt32) -> UInt16 {
        UInt16(truncatingIfNeeded: (UInt32(a) &* UInt32(q) &+ (1 &<< (bits &- 1))) &>> bits)
    }
}
