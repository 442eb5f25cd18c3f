import TestKit
import Wire

/// Files that belong to the tests.
enum Fixture {
    private static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

    /// What a file in fixtures/vectors holds.
    static func vectors(_ name: String) throws -> WireValue {
        try WireValue.parse(TextFile.bytes(root + "/fixtures/vectors/" + name), as: .json)
    }

    /// The bytes of a file in fixtures/media.
    static func media(_ name: String) -> [UInt8] { TextFile.bytes(root + "/fixtures/media/" + name) }
}
