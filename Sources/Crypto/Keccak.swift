import CSodium

/// The Keccak sponge over Keccak-f[1600] (FIPS 202): what SHA-3 and SHAKE are made of.
///
/// Absorb first, then squeeze; after the first squeeze nothing more may be absorbed. Runs in a time that depends on
/// sizes only. The state is zeroed when it dies, since ML-KEM feeds it secrets.
struct Keccak: ~Copyable {
    /// Bytes taken or given between two permutations.
    private let rate: Int
    /// Marks which function this is, behind the message.
    private let suffix: UInt8
    /// The last of the 24 rounds that are done: all, or 12 in TurboSHAKE.
    private let roundCount: Int
    /// 25 lanes: lane (x, y) at x + 5y.
    private let lanes: UnsafeMutablePointer<UInt64>
    private var offset = 0
    private var isSqueezing = false

    private init(rate: Int, suffix: UInt8, roundCount: Int = 24) {
        self.rate = rate
        self.suffix = suffix
        self.roundCount = roundCount
        lanes = .allocate(capacity: 25)
        lanes.initialize(repeating: 0, count: 25)
    }

    static func sha3(digestByteCount: Int) -> Keccak { Keccak(rate: 200 - 2 * digestByteCount, suffix: 0x06) }
    static func shake128() -> Keccak { Keccak(rate: 168, suffix: 0x1F) }
    static func shake256() -> Keccak { Keccak(rate: 136, suffix: 0x1F) }

    /// RFC 9861 with the domain byte 0x1F.
    static func turboSHAKE128() -> Keccak { Keccak(rate: 168, suffix: 0x1F, roundCount: 12) }
    static func turboSHAKE256() -> Keccak { Keccak(rate: 136, suffix: 0x1F, roundCount: 12) }

    deinit {
        sodium_memzero(lanes, 200)
        lanes.deallocate()
    }

    mutating func absorb(_ bytes: UnsafeRawBufferPointer) {
        precondition(!isSqueezing, "a sponge absorbs before it is squeezed")
        var place = 0
        while place < bytes.count {
            // The rate is whole lanes, so a lane never lies on both sides of its end.
            if offset & 7 == 0, bytes.count - place >= 8 {
                toggle(lane: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self), at: offset)
                place += 8
                offset += 8
            } else {
                toggle(bytes[place], at: offset)
                place += 1
                offset += 1
            }
            if offset == rate {
                permute()
                offset = 0
            }
        }
    }

    mutating func absorb(_ bytes: [UInt8]) { bytes.withUnsafeBytes { absorb($0) } }

    mutating func absorb(_ secret: borrowing SecretBytes) { secret.withUnsafeBytes { absorb($0) } }

    mutating func squeeze(into output: UnsafeMutableRawBufferPointer) {
        if !isSqueezing {
            isSqueezing = true
            toggle(suffix, at: offset)
            toggle(0x80, at: rate - 1)
            permute()
            offset = 0
        }
        var place = 0
        while place < output.count {
            if offset == rate {
                permute()
                offset = 0
            }
            if offset & 7 == 0, output.count - place >= 8 {
                output.storeBytes(of: lanes[offset >> 3].littleEndian, toByteOffset: place, as: UInt64.self)
                place += 8
                offset += 8
            } else {
                output[place] = UInt8(truncatingIfNeeded: lanes[offset >> 3] >> UInt64((offset & 7) << 3))
                place += 1
                offset += 1
            }
        }
    }

    mutating func squeeze(_ byteCount: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            squeeze(into: UnsafeMutableRawBufferPointer(buffer))
            count = byteCount
        }
    }

    mutating func squeezeSecret(_ byteCount: Int) -> SecretBytes {
        SecretBytes(byteCount: byteCount) { squeeze(into: $0) }
    }

    /// Eight bytes at once, as they lie in memory; `offset` is a multiple of eight.
    private func toggle(lane: UInt64, at offset: Int) { lanes[offset >> 3] ^= UInt64(littleEndian: lane) }

    private func toggle(_ byte: UInt8, at offset: Int) {
        lanes[offset >> 3] ^= UInt64(byte) << UInt64((offset & 7) << 3)
    }

    private static let roundConstants: [UInt64] = [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000,
        0x000000000000808B, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
        0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
        0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003,
        0x8000000000008002, 0x8000000000000080, 0x000000000000800A, 0x800000008000000A,
        0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ]

    /// Keccak-p[1600]: the last rounds of theta, rho, pi, chi and iota (FIPS 202, section 3.3).
    private func permute() {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 25) { buffer in
            guard let b = buffer.baseAddress else { return }
            for constant in Self.roundConstants.suffix(roundCount) { Self.round(lanes, b, constant) }
            sodium_memzero(b, 200)
        }
    }

    /// One round: reads and writes the lanes `a`, with room for 25 more in `b`.
    private static func round(
        _ a: UnsafeMutablePointer<UInt64>, _ b: UnsafeMutablePointer<UInt64>, _ constant: UInt64
    ) {
        let c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20]
        let c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21]
        let c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22]
        let c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23]
        let c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24]
        let d0 = c4 ^ turn(c1, 1)
        let d1 = c0 ^ turn(c2, 1)
        let d2 = c1 ^ turn(c3, 1)
        let d3 = c2 ^ turn(c4, 1)
        let d4 = c3 ^ turn(c0, 1)
        b[0] = a[0] ^ d0
        b[1] = turn(a[6] ^ d1, 44)
        b[2] = turn(a[12] ^ d2, 43)
        b[3] = turn(a[18] ^ d3, 21)
        b[4] = turn(a[24] ^ d4, 14)
        b[5] = turn(a[3] ^ d3, 28)
        b[6] = turn(a[9] ^ d4, 20)
        b[7] = turn(a[10] ^ d0, 3)
        b[8] = turn(a[16] ^ d1, 45)
        b[9] = turn(a[22] ^ d2, 61)
        b[10] = turn(a[1] ^ d1, 1)
        b[11] = turn(a[7] ^ d2, 6)
        b[12] = turn(a[13] ^ d3, 25)
        b[13] = turn(a[19] ^ d4, 8)
        b[14] = turn(a[20] ^ d0, 18)
        b[15] = turn(a[4] ^ d4, 27)
        b[16] = turn(a[5] ^ d0, 36)
        b[17] = turn(a[11] ^ d1, 10)
        b[18] = turn(a[17] ^ d2, 15)
        b[19] = turn(a[23] ^ d3, 56)
        b[20] = turn(a[2] ^ d2, 62)
        b[21] = turn(a[8] ^ d3, 55)
        b[22] = turn(a[14] ^ d4, 39)
        b[23] = turn(a[15] ^ d0, 41)
        b[24] = turn(a[21] ^ d1, 2)
        var row = 0
        while row < 25 {
            a[row] = b[row] ^ (~b[row + 1] & b[row + 2])
            a[row + 1] = b[row + 1] ^ (~b[row + 2] & b[row + 3])
            a[row + 2] = b[row + 2] ^ (~b[row + 3] & b[row + 4])
            a[row + 3] = b[row + 3] ^ (~b[row + 4] & b[row])
            a[row + 4] = b[row + 4] ^ (~b[row] & b[row + 1])
            row += 5
        }
        a[0] ^= constant
    }

    @inline(__always)
    private static func turn(_ lane: UInt64, _ count: UInt64) -> UInt64 { lane &<< count | lane &>> (64 &- count) }
}
