import Foundation

/// Writes our own vectors: `vector-maker FOLDER`. The same files each time, byte for byte: chance is replaced by
/// ``SeededRandom``. docs/protocol says how each value comes about; `Scripts/check-own-vectors.py` is a second reader.
@main
struct Main {
    static func main() throws {
        guard CommandLine.arguments.count == 2 else {
            FileHandle.standardError.write(Data("Usage: vector-maker FOLDER\n".utf8))
            exit(2)
        }
        SeededRandom.install()
        let folder = URL(fileURLWithPath: CommandLine.arguments[1])
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let files: [(String, () throws -> JSON)] = [
            ("identities", IdentityVectors.make), ("safety-numbers", SafetyNumberVectors.make),
            ("session-one-time", { try SessionVectors.make(.oneTime) }),
            ("session-last-resort", { try SessionVectors.make(.lastResort) }),
            ("session-none", { try SessionVectors.make(.none) }),
            ("ratchet", RatchetVectors.make), ("attachments", AttachmentVectors.make),
            ("content", ContentVectors.make),
            ("recovery", RecoveryVectors.make), ("transparency", TransparencyVectors.make),
            ("sealed-sender", SealedSenderVectors.make), ("franking", FrankingVectors.make),
            ("refusals", RefusalVectors.make),
        ]
        for (name, make) in files {
            SeededRandom.start(name)
            let text = try make().text() + "\n"
            try Data(text.utf8).write(to: folder.appendingPathComponent("\(name).json"))
        }
    }
}
