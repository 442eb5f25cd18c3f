import Glibc
import TestKit
import Testing

@testable import Client

@Suite("A file that gets its name when it is whole")
struct NewFileTests {
    @Test("it has no name before its end, and is for its owner's eyes")
    func named() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/out"
        let file = try NewFile(path)
        try file.append([1, 2])
        #expect(access(path, F_OK) != 0)
        try file.append([3])
        try file.finish()
        #expect(TextFile.bytes(path) == [1, 2, 3])
        #expect(folder.files == [path])
        #expect(folder.mode(of: "out") == 0o600)
    }

    @Test("nothing is left of one that never comes to its end")
    func givenUp() throws {
        let folder = try TemporaryFolder()
        do {
            let file = try NewFile(folder.path + "/out")
            try file.append([1])
            #expect(folder.files.count == 1)
        }
        #expect(folder.files.isEmpty)
    }

    @Test("what is there is not replaced, whether it was there before or came meanwhile")
    func taken() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/out"
        let late = try NewFile(path)
        try late.append([1])
        try NewFile.write([9], to: path)
        #expect(throws: LocalStoreError.system(operation: "name \(path)", code: EEXIST)) { try late.finish() }
        #expect(throws: LocalStoreError.system(operation: "create \(path)", code: EEXIST)) { try NewFile(path) }
        #expect(TextFile.bytes(path) == [9])
        let taken = #expect(throws: LocalStoreError.self) { try NewFile(path) }
        let nowhere = #expect(throws: LocalStoreError.self) { try NewFile(folder.path + "/none/out") }
        #expect(taken.map { FileFailure(writing: $0) } == .exists)
        #expect(nowhere.map { FileFailure(writing: $0) } == .unwritable)
    }

    @Test("a file that somebody laid beside it under a likely name is neither opened nor followed nor removed")
    func trap() throws {
        let folder = try TemporaryFolder()
        let (path, victim) = (folder.path + "/out", folder.path + "/victim")
        try NewFile.write([7], to: victim)
        #expect(link(victim, path + ".partial") == 0)
        try NewFile.write([1], to: path)
        #expect(TextFile.bytes(victim) == [7])
        #expect(TextFile.bytes(path) == [1])
        #expect(folder.files.count == 3)
    }

    @Test("where it may replace, it is the old file or the new one, also behind a link")
    func replaced() throws {
        let folder = try TemporaryFolder()
        let (path, other) = (folder.path + "/out", folder.path + "/other")
        try NewFile.write([7], to: other)
        #expect(symlink(other, path) == 0)
        try NewFile.write([1], to: path)
        #expect(TextFile.bytes(path) == [1])
        #expect(TextFile.bytes(other) == [7])
        #expect(throws: LocalStoreError.self) { try NewFile.write([1], to: folder.path + "/none/out") }
    }

    @Test("a name as long as names can be is no obstacle")
    func longName() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/" + String(repeating: "n", count: 255)
        try NewFile.write([1], to: path)
        #expect(TextFile.bytes(path) == [1])
    }
}
