import Foundation
import Testing

@testable import Crypto

@Suite(.enabled(if: Vectors.arePresent, "published vectors are not beside this package"))
struct AgeVectorTests {
    /// The lines above a file that say what must happen.
    private struct Vector {
        let fields: [String: String]
        let file: [UInt8]

        init(_ data: [UInt8]) throws {
            var fields: [String: String] = [:]
            var rest = data[...]
            while let end = rest.firstIndex(of: 0x0A), end > rest.startIndex {
                let line = String(decoding: rest[..<end], as: UTF8.self)
                if let colon = line.range(of: ": ") {
                    fields[String(line[..<colon.lowerBound])] = String(line[colon.upperBound...])
                }
                rest = rest[(end + 1)...]
            }
            self.fields = fields
            let file = Array(rest.dropFirst())
            self.file = fields["compressed"] == "zlib" ? try Inflate.zlib(file) : file
        }
    }

    @Test("every published file opens or is refused as it says, with the plaintext that it says")
    func files() throws {
        let folder = Vectors.folder.appendingPathComponent("age-stream")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        var tally = Tally("age-stream/*")
        for name in names {
            let vector = try Vector([UInt8](Vectors.data("age-stream/\(name)")))
            let identity = try #require(vector.fields["identity"])
            let expected = try #require(vector.fields["expect"])
            let (result, plaintext) = Self.open(vector.file, identity)
            #expect(result == expected, "\(name)")
            tally.count(expected == "success" ? .valid : .invalid)
            guard let digest = vector.fields["payload"], let plaintext else { continue }
            let isPublished = Hex.decode(digest) == SHA256.hash(plaintext)
            if expected == "success" { #expect(isPublished, "\(name)") }
            // Before a failure the reference gives the last chunk that is authentic by itself even when something
            // follows it. Ours keeps it back, so that it never gives more.
            #expect(isPublished || plaintext.count.isMultiple(of: SealedStream.chunkByteCount), "\(name)")
        }
        tally.printed()
    }

    /// What became of `file`, in the words of the vectors, and the plaintext that was given before a failure.
    private static func open(_ file: [UInt8], _ identity: String) -> (result: String, plaintext: [UInt8]?) {
        do throws(AgeFile.Failure) {
            let age = try AgeFile(file)
            guard let own = AgeFile.identity(identity) else { throw .noMatch }
            var opener = SealedStream.Opener(key: try age.payloadKey(own))
            var plaintext: [UInt8] = []
            do throws(AuthenticationFailure) {
                for start in stride(from: 0, to: age.payload.count, by: 60_000) {
                    let end = min(start + 60_000, age.payload.count)
                    plaintext += try opener.open(Array(age.payload[start..<end]))
                }
                return try ("success", plaintext + opener.finish())
            } catch {
                return (AgeFile.Failure.payload.rawValue, plaintext)
            }
        } catch {
            return (error.rawValue, nil)
        }
    }
}
