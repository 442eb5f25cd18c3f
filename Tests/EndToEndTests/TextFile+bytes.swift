import Glibc
import TestKit
import Testing

extension TextFile {
    /// Puts bytes in the place of a file's content.
    static func write(_ bytes: [UInt8], to path: String) throws {
        let file = try #require(fopen(path, "wb"))
        defer { fclose(file) }
        try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    }
}
