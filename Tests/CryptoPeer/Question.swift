import Crypto
import Glibc

/// The arguments of an operation.
struct Question {
    /// The arguments are not what the operation takes.
    struct Malformed: Error {}

    let words: [String]

    func bytes(_ place: Int) throws -> [UInt8] {
        let word = try word(place)
        if word == "-" { return [] }
        let digits = word.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == word.utf8.count, digits.count.isMultiple(of: 2) else { throw Malformed() }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    func secret(_ place: Int) throws -> SecretBytes { SecretBytes(copying: try bytes(place)) }

    func number(_ place: Int) throws -> Int {
        guard let number = try Int(word(place)) else { throw Malformed() }
        return number
    }

    func code(_ place: Int) throws -> UInt16 {
        guard let code = try UInt16(word(place)) else { throw Malformed() }
        return code
    }

    private func word(_ place: Int) throws -> String {
        guard words.indices.contains(place) else { throw Malformed() }
        return words[place]
    }
}

extension [UInt8] {
    var hexadecimal: String {
        isEmpty ? "-" : map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension SecretBytes {
    /// For an answer: the whole point of this program is to show what is secret elsewhere.
    consuming func shown() -> [UInt8] { exportUnprotected() }
}

/// Hands over what was printed: the asker waits for it.
func flush() { fflush(nil) }
