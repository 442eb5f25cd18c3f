import Foundation
import TestKit
import Testing

/// Our own vectors in `fixtures/vectors`.
@Suite struct OwnVectorTests {
    @Test("the generator writes the very files that are published")
    func same() throws {
        let made = try TemporaryFolder()
        try #require(try ChildProcess([BuildFolder.path + "/vector-maker", made.path]).wait() == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: made.path).sorted()
        let published = try FileManager.default.contentsOfDirectory(atPath: Vectors.own.path).sorted()
        #expect(published.filter { $0.hasSuffix(".json") } == names)
        for name in names {
            let ours = try Data(contentsOf: URL(fileURLWithPath: made.path).appendingPathComponent(name))
            #expect(ours == (try? Data(contentsOf: Vectors.own.appendingPathComponent(name))), "\(name): make fixtures")
        }
    }
}
