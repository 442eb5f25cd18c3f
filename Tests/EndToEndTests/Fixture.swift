import TestKit

/// Files that belong to the tests.
enum Fixture {
    private static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

    /// The bytes of a file in fixtures/media.
    static func media(_ name: String) -> [UInt8] { TextFile.bytes(root + "/fixtures/media/" + name) }
}
