import Foundation
import TestKit
import Testing
import Wire

/// `sottod verify` on a real folder, with and without a server on it.
@Suite struct VerifyTests {
    @Test("a file of media that is damaged, of other bytes or gone is named, and nothing else is")
    func files() async throws {
        let house = try await House()
        let tus = Tus(house: house, token: try await house.person("alice").token)
        let sizes = [1, 65_536, 200_000]
        for size in sizes { _ = try await tus.store(Tus.bytes(size)) }
        // One that is not complete yet has no file to be checked.
        _ = try await tus.create(Tus.bytes(1_000), first: 10)
        let beside = try house.run("verify")
        #expect(beside.status == 0 && beside.text.contains(" 3 files were checked. Nothing is wrong."), "\(beside)")
        house.server.stop()

        let files = house.mediaFiles.filter { $0.contains("/blobs/") }.sorted()
        try #require(files.count == 3)
        let sound = try files.map { try Data(contentsOf: URL(filePath: $0)) }
        // Any bit of a file, of the bytes and of what stands behind them.
        for (file, bytes) in zip(files, sound) {
            for offset in [0, bytes.count / 2, bytes.count - 60, bytes.count - 1] where offset >= 0 {
                var damaged = bytes
                damaged[offset] ^= 4
                try damaged.write(to: URL(filePath: file))
                let found = try house.run("verify")
                #expect(found.status == 3 && found.text.contains(": the file is damaged\n"), "\(offset): \(found)")
                #expect(found.text.contains("1 finding."))
            }
            try bytes.write(to: URL(filePath: file))
        }
        // A sound file in the place of another.
        try sound[1].write(to: URL(filePath: files[0]))
        #expect(try house.run("verify").text.contains(": the file has other bytes than its row says\n"))
        try FileManager.default.removeItem(atPath: files[0])
        let gone = try house.run("verify")
        #expect(gone.status == 3 && gone.text.contains(": the file is not there\n"), "\(gone)")
        try FileManager.default.removeItem(atPath: house.server.dataFolder + "/media")
        #expect(try house.run("verify").text.contains("3 findings."))
        let rows = try house.run("verify", ["--rows-only"])
        #expect(rows.status == 0 && rows.text.contains(" rows were checked. Nothing is wrong."), "\(rows)")
    }

    @Test("what is no store is said, with another status")
    func none() async throws {
        let house = try await House()
        house.server.stop()
        try FileManager.default.removeItem(atPath: house.server.dataFolder + "/sotto.db")
        let answer = try house.run("verify")
        #expect(answer.status == 1 && answer.text.hasPrefix("sottod verify: "), "\(answer)")
        #expect(answer.text.contains(house.server.dataFolder))
        let unknown = try house.run("verify", ["--loops", "2"])
        #expect(unknown.status == 2 && unknown.text.contains("See sottod verify --help"), "\(unknown)")
    }

    @Test("a folder that was mistyped is left as it is by what reads or goes on", arguments: ["verify", "accept-loss"])
    func mistyped(verb: String) throws {
        let folder = try TemporaryFolder()
        for name in ["none", "none/deeper"] {
            let answer = try House.run(program: "sottod", [verb, "--data", "\(folder.path)/\(name)"])
            #expect(answer.status == 1 && answer.text.contains("No such file or directory"), "\(answer)")
        }
        let path = folder.path + "/other"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(try House.run(program: "sottod", [verb, "--data", path]).status == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["other"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
    }

    @Test("a store that was stopped is checked where nothing can be written, and nothing is written where it can")
    func readOnly() async throws {
        let house = try await House()
        _ = try await house.person("alice")
        house.server.stop()
        let folder = house.server.dataFolder
        let before = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(!before.contains { $0.hasSuffix("-wal") || $0.hasSuffix("-shm") })
        let answer = try house.run("verify")
        #expect(answer.status == 0, "\(answer)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == before)
        try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder)
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder) }
        let fixed = try house.run("verify")
        #expect(fixed.status == 0 && fixed.text.contains("Nothing is wrong."), "\(fixed)")
    }
}
