import Foundation
import Testing

/// The folder of published test vectors: named by `SOTTO_VECTORS`, or `../shared/vectors` beside the package.
enum Vectors {
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["SOTTO_VECTORS"] { return URL(fileURLWithPath: path) }
        return root.deletingLastPathComponent().appendingPathComponent("shared/vectors")
    }()

    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Our own, of what nobody else publishes.
    static let own = root.appendingPathComponent("fixtures/vectors")

    /// Whether the folder is there. Where it is not, these tests are skipped, and say so.
    static let arePresent: Bool = {
        let isPresent = FileManager.default.fileExists(atPath: folder.appendingPathComponent("wycheproof").path)
        if !isPresent {
            print("vectors absent: no published vectors beside this package (set SOTTO_VECTORS to their folder).")
            print("vectors absent: only what is in fixtures/ was run.")
        }
        return isPresent
    }()

    static func data(_ path: String) throws -> Data { try Data(contentsOf: folder.appendingPathComponent(path)) }

    static func json<Value: Decodable>(_ path: String, as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(Value.self, from: data(path))
    }
}

/// Bytes that stand as hexadecimal text in JSON.
struct Hex: Decodable, Sendable, Equatable {
    let bytes: [UInt8]

    init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let bytes = Hex.decode(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not hexadecimal"))
        }
        self.bytes = bytes
    }

    /// `nil` for an odd number of digits or anything else.
    static func decode(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count % 2 == 0, !digits.contains(nil) else { return nil }
        let values = digits.compactMap(\.self)
        return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }
}

extension Optional where Wrapped == Hex {
    /// The bytes, or none.
    var bytes: [UInt8] { self?.bytes ?? [] }
}
