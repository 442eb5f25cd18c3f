/// Decompression (RFC 1950 and 1951), for vectors that are published compressed. Trusts nothing, hurries nothing.
struct Inflate {
    /// What is no zlib stream.
    struct Failure: Error {}

    private let input: [UInt8]
    private var place = 2
    private var bits: UInt32 = 0
    private var bitCount: UInt32 = 0
    private var output: [UInt8] = []

    private init(_ input: [UInt8]) { self.input = input }

    /// The bytes in the zlib stream `input`; its checksum is not looked at, since a vector has digests of its own.
    static func zlib(_ input: [UInt8]) throws -> [UInt8] {
        guard input.count > 6, input[0] & 0x0F == 8, input[1] & 0x20 == 0 else { throw Failure() }
        var inflate = Inflate(input)
        while try !inflate.block() {}
        return inflate.output
    }

    /// One block; whether it was the last.
    private mutating func block() throws -> Bool {
        let isLast = try take(1) == 1
        switch try take(2) {
        case 0: try stored()
        case 1:
            let lengths = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
            try compressed(Code(lengths), Code([Int](repeating: 5, count: 30)))
        case 2: try dynamic()
        default: throw Failure()
        }
        return isLast
    }

    private mutating func stored() throws {
        (bits, bitCount) = (0, 0)
        guard place + 4 <= input.count else { throw Failure() }
        let count = Int(input[place]) | Int(input[place + 1]) << 8
        place += 4
        guard place + count <= input.count else { throw Failure() }
        output += input[place..<(place + count)]
        place += count
    }

    private mutating func dynamic() throws {
        let literalCount = try take(5) + 257
        let distanceCount = try take(5) + 1
        let lengthCount = try take(4) + 4
        var order = [Int](repeating: 0, count: 19)
        let places = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
        for index in 0..<lengthCount { order[places[index]] = try take(3) }
        let code = Code(order)
        var lengths: [Int] = []
        while lengths.count < literalCount + distanceCount {
            switch try symbol(code) {
            case let length where length < 16: lengths.append(length)
            case 16:
                guard let last = lengths.last else { throw Failure() }
                lengths += repeatElement(last, count: try take(2) + 3)
            case 17: lengths += repeatElement(0, count: try take(3) + 3)
            default: lengths += repeatElement(0, count: try take(7) + 11)
            }
        }
        guard lengths.count == literalCount + distanceCount else { throw Failure() }
        try compressed(Code(Array(lengths[..<literalCount])), Code(Array(lengths[literalCount...])))
    }

    private mutating func compressed(_ literals: Code, _ distances: Code) throws {
        while true {
            let literal = try symbol(literals)
            if literal < 256 {
                output.append(UInt8(literal))
                continue
            }
            if literal == 256 { return }
            guard literal < 286 else { throw Failure() }
            let length = try Self.lengthBases[literal - 257] + take(Self.lengthBits[literal - 257])
            let sign = try symbol(distances)
            guard sign < 30 else { throw Failure() }
            let distanceBits = max(0, sign / 2 - 1)
            let base = sign < 4 ? sign + 1 : (2 + sign % 2) << distanceBits + 1
            let distance = try base + take(distanceBits)
            guard distance <= output.count else { throw Failure() }
            copy(length, from: distance)
        }
    }

    private mutating func copy(_ length: Int, from distance: Int) {
        var missing = length
        let start = output.count - distance
        while missing > 0 {
            // What was just copied is there to be copied again.
            let count = min(missing, output.count - start)
            output += Array(output[start..<(start + count)])
            missing -= count
        }
    }

    private mutating func take(_ count: Int) throws -> Int {
        while bitCount < count {
            guard place < input.count else { throw Failure() }
            bits |= UInt32(input[place]) << bitCount
            bitCount += 8
            place += 1
        }
        let value = bits & (1 << UInt32(count) - 1)
        bits >>= UInt32(count)
        bitCount -= UInt32(count)
        return Int(value)
    }

    private mutating func symbol(_ code: Code) throws -> Int {
        var (value, first, index) = (0, 0, 0)
        for count in code.counts.dropFirst() {
            value |= try take(1)
            if value - count < first { return code.symbols[index + value - first] }
            index += count
            first = (first + count) << 1
            value <<= 1
        }
        throw Failure()
    }

    private static let lengthBases = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    private static let lengthBits = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]

    /// A canonical Huffman code.
    private struct Code {
        /// How many symbols have each length, 0…15.
        var counts = [Int](repeating: 0, count: 16)
        /// Symbols in the order of their codes.
        let symbols: [Int]

        init(_ lengths: [Int]) {
            for length in lengths { counts[length] += 1 }
            counts[0] = 0
            symbols = lengths.enumerated().filter { $0.element > 0 }
                .sorted { ($0.element, $0.offset) < ($1.element, $1.offset) }.map(\.offset)
        }
    }
}
