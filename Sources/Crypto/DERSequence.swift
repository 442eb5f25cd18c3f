/// ASN.1 sequences of unsigned integers of up to 32 bytes in DER (X.690), as ECDSA signatures are written.
enum DERSequence {
    /// The integers in `der`, 32 bytes big-endian each; `nil` for any but the one right encoding.
    static func integers(in der: [UInt8]) -> [[UInt8]]? {
        var integers: [[UInt8]] = []
        var rest = der.dropFirst(2)
        while let tag = rest.popFirst() {
            guard tag == 0x02, let count = rest.popFirst(), count <= 33, rest.count >= count else { return nil }
            let digits = rest.prefix(Int(count)).drop { $0 == 0 }
            guard digits.count <= 32 else { return nil }
            integers.append([UInt8](repeating: 0, count: 32 - digits.count) + digits)
            rest = rest.dropFirst(Int(count))
        }
        // One way to write it: whatever else was read is refused here.
        return sequence(of: integers) == der ? integers : nil
    }

    /// The sequence of `integers`, 32 bytes big-endian each; three of them at most.
    static func sequence(of integers: [[UInt8]]) -> [UInt8] {
        let content = integers.flatMap { integer in
            var digits = Array(integer.drop { $0 == 0 })
            // A leading one bit would be a sign, and zero has one digit.
            if digits.first ?? 0x80 >= 0x80 { digits.insert(0, at: 0) }
            return [0x02, UInt8(truncatingIfNeeded: digits.count)] + digits
        }
        return [0x30, UInt8(truncatingIfNeeded: content.count)] + content
    }
}
