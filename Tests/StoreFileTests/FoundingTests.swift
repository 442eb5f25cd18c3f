import Foundation
import TestKit
import Testing
import Wire

@testable import Store

/// Mirrors `Founding`, `StoreFolder`.
@Suite("Founding a store", .timeLimit(.minutes(10)))
struct FoundingTests {
    private static let strace = "/usr/bin/strace"

    @Test("a store is not founded where traces of one are", arguments: ["sotto.end", "sotto.db-wal", "media"])
    func traces(_ trace: String) async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path)
        try await store.fill()
        let copy = try folder.copy()
        await store.close()
        let traced = try TestFolder()
        switch trace {
        case "media":
            try FileManager.default.createDirectory(
                atPath: traced.path + "/media/blobs/ab", withIntermediateDirectories: true)
            // Folders alone are none.
            await (try Store.open(folder: traced.path)).close()
            for name in ["sotto.db", "sotto.end"] {
                try FileManager.default.removeItem(atPath: traced.path + "/" + name)
            }
            try Data([1]).write(to: URL(filePath: traced.path + "/media/blobs/ab/cd"))
        default: try copy.give([trace], to: traced)
        }
        let expected = StoreError.traces(folder: traced.name, found: trace)
        #expect(throws: expected) { try Store.open(folder: traced.path) }
        // An empty file is no store.
        try Data().write(to: URL(filePath: traced.database))
        #expect(throws: expected) { try Store.open(folder: traced.path) }
        #expect(throws: expected) { try Store.acceptLoss(folder: traced.path) }
        #expect(try Data(contentsOf: URL(filePath: traced.database)).isEmpty)
    }

    @Test("there is nothing to accept where there is no store, and none is founded")
    func nothing() throws {
        let folder = try TestFolder()
        #expect(throws: StoreError.self) { try Store.acceptLoss(folder: folder.path) }
        #expect(throws: StoreError.self) { try Store.acceptLoss(folder: folder.path + "/none") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test("what a cut founding leaves is founded over")
    func cut() async throws {
        let folder = try TestFolder()
        try Data([1, 2, 3]).write(to: URL(filePath: folder.database + ".new"))
        try Data([1, 2, 3]).write(to: URL(filePath: folder.database + ".new-wal"))
        _ = try EndFile.create(
            in: folder.path, of: folder.database,
            EndNote(moment: Moment(number: 1, chain: 5), flags: [.closed, .founding]))
        let store = try Store.open(folder: folder.path)
        try await store.fill()
        await store.close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["sotto.db", "sotto.end"])
        // From the first start on a note is a trace.
        try FileManager.default.removeItem(atPath: folder.database)
        #expect(throws: StoreError.traces(folder: folder.name, found: "sotto.end")) {
            try Store.open(folder: folder.path)
        }
    }

    @Test("a process that is killed at any step of the founding leaves a folder that can be opened",
        .enabled(if: FileManager.default.isExecutableFile(atPath: strace), "needs strace"))
    func killedAtEachStep() async throws {
        var pointCount = 0
        for call in ["openat", "pwrite64", "fsync", "fdatasync", "rename", "unlink", "flock", "ftruncate"] {
            for number in 1... {
                let folder = try TestFolder()
                let store = folder.path + "/store"
                let isKilled = try Victim.run(
                    store, prefix: [
                        Self.strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-P", store,
                        "-P", store + "/sotto.db", "-P", store + "/sotto.db.new", "-P", store + "/sotto.end",
                        "-P", store + "/sotto.end.new", "-P", store + "/sotto.db-wal",
                        "-P", store + "/sotto.db.new-wal",
                        "-e", "inject=\(call):signal=SIGKILL:when=\(number)",
                    ])
                guard isKilled else { break }
                pointCount += 1
                let opened = try Store.open(folder: store)
                #expect(try await opened.read { (tables) throws(Problem) in try tables.incarnation().number } == 1)
                await opened.close()
                // A few steps into the serving are enough.
                if number == 12 { break }
            }
        }
        #expect(pointCount > 20, "\(pointCount) steps")
    }
}
