import CSodium

/// Some polynomials of 256 coefficients each, in memory that is zeroed when they die.
struct Polynomials: ~Copyable {
    /// One polynomial: 256 field elements.
    typealias One = UnsafeMutablePointer<UInt16>

    static let coefficientCount = 256

    private let coefficients: UnsafeMutablePointer<UInt16>
    private let count: Int

    /// `count` polynomials, all zero.
    init(count: Int) {
        self.count = count
        coefficients = .allocate(capacity: count * Self.coefficientCount)
        coefficients.initialize(repeating: 0, count: count * Self.coefficientCount)
    }

    deinit {
        sodium_memzero(coefficients, count * Self.coefficientCount * 2)
        coefficients.deallocate()
    }

    /// Polynomial `index`; one that is not there traps. Dead when the whole dies.
    subscript(index: Int) -> One {
        precondition(index >= 0 && index < count, "a polynomial that is there")
        return coefficients + index * Self.coefficientCount
    }
}

/// The number-theoretic transform of one polynomial, and what is done to transformed ones (FIPS 203, section 4.3).
enum Transform {
    /// 17 to the power of the 7 bits of `index` reversed.
    private static let zetas: [UInt16] = (0..<128).map { power(reversed(UInt16($0))) }
    /// 17 to the power of twice those bits and one.
    private static let gammas: [UInt16] = (0..<128).map { power(2 * reversed(UInt16($0)) + 1) }
    /// 128 to the power of -1, modulo q.
    private static let inverseScale: UInt16 = 3_303

    private static func reversed(_ index: UInt16) -> UInt16 {
        (0..<7).reduce(0) { $0 | (index >> UInt16($1) & 1) << UInt16(6 - $1) }
    }

    private static func power(_ exponent: UInt16) -> UInt16 {
        (0..<exponent).reduce(1) { value, _ in FieldElement.multiply(value, 17) }
    }

    /// Algorithm 9, in place.
    static func forward(_ f: Polynomials.One) {
        zetas.withUnsafeBufferPointer { zetas in
            var next = 1
            var length = 128
            while length >= 2 {
                var start = 0
                while start < 256 {
                    let zeta = zetas[next]
                    next &+= 1
                    for index in start..<(start &+ length) {
                        let t = FieldElement.multiply(zeta, f[index &+ length])
                        f[index &+ length] = FieldElement.subtract(f[index], t)
                        f[index] = FieldElement.add(f[index], t)
                    }
                    start &+= 2 &* length
                }
                length /= 2
            }
        }
    }

    /// Algorithm 10, in place.
    static func inverse(_ f: Polynomials.One) {
        zetas.withUnsafeBufferPointer { zetas in
            var next = 127
            var length = 2
            while length <= 128 {
                var start = 0
                while start < 256 {
                    let zeta = zetas[next]
                    next &-= 1
                    for index in start..<(start &+ length) {
                        let t = f[index]
                        f[index] = FieldElement.add(t, f[index &+ length])
                        f[index &+ length] = FieldElement.multiply(
                            zeta, FieldElement.subtract(f[index &+ length], t))
                    }
                    start &+= 2 &* length
                }
                length *= 2
            }
        }
        for index in 0..<256 { f[index] = FieldElement.multiply(f[index], inverseScale) }
    }

    /// Adds the product of `f` and `g` to `sum` (algorithms 11 and 12).
    static func addProduct(of f: Polynomials.One, _ g: Polynomials.One, to sum: Polynomials.One) {
        gammas.withUnsafeBufferPointer { gammas in
            for pair in 0..<128 {
                let (a0, a1) = (f[2 &* pair], f[2 &* pair &+ 1])
                let (b0, b1) = (g[2 &* pair], g[2 &* pair &+ 1])
                let high = FieldElement.multiply(FieldElement.multiply(a1, b1), gammas[pair])
                let even = FieldElement.add(FieldElement.multiply(a0, b0), high)
                let odd = FieldElement.add(FieldElement.multiply(a0, b1), FieldElement.multiply(a1, b0))
                sum[2 &* pair] = FieldElement.add(sum[2 &* pair], even)
                sum[2 &* pair &+ 1] = FieldElement.add(sum[2 &* pair &+ 1], odd)
            }
        }
    }

    /// Adds `g` to `f`.
    static func add(_ g: Polynomials.One, to f: Polynomials.One) {
        for index in 0..<256 { f[index] = FieldElement.add(f[index], g[index]) }
    }
}
