import Glibc
import TestKit
import Testing

@testable import Client

/// Mirrors `FileSystem`, `OpenFile`, `ThreadMark`.
@Suite("The system's files") struct FileSystemTests {
    @Test("a pipe in the way of a file is opened without waiting, and is no file")
    func pipe() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/pipe"
        #expect(mkfifo(path, 0o600) == 0)
        #expect(try OpenFile(path, .reading, "read").status?.isRegular == false)
        #expect(throws: ClientError.file(.unreadable)) { try SourceFile(path) }
    }

    @Test("a link is followed where somebody named it, and nowhere else")
    func links() throws {
        let folder = try TemporaryFolder()
        let (path, victim) = (folder.path + "/link", folder.path + "/victim")
        let file = try OpenFile(victim, .making, "make")
        try file.write([1, 2, 3], at: 0)
        #expect(symlink(victim, path) == 0)
        #expect(try OpenFile(path, .reading, "read").bytes(at: 1, count: 9) == [2, 3])
        for access in [OpenFile.Access.readingOwn, .changing, .making, .makingIfNone] {
            #expect(throws: LocalStoreError.self) { try OpenFile(path, access, "open") }
        }
        #expect(throws: LocalStoreError.system(operation: "own", code: ELOOP)) {
            try OpenFile(path, .readingOwn, "own")
        }
        #expect(FileSystem.isTaken(path) && !FileSystem.isOneFile(path, victim))
    }

    @Test("two hold no file, also of one process, until the first lets go or ends")
    func held() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/lock"
        let other = try OpenFile(path, .makingIfNone, "open")
        do {
            let first = try OpenFile(path, .makingIfNone, "open")
            try first.hold("hold")
            #expect(throws: LocalStoreError.inUse) { try other.hold("hold") }
            first.letGo()
            try other.hold("hold")
            other.letGo()
            try first.hold("hold")
        }
        try other.hold("hold")
    }

    @Test("what has a name keeps it, and the other keeps its own")
    func freeName() throws {
        let folder = try TemporaryFolder()
        let (path, name) = (folder.path + "/a", folder.path + "/b")
        try OpenFile(path, .making, "make").write([1], at: 0)
        try OpenFile(name, .making, "make").write([2], at: 0)
        #expect(throws: LocalStoreError.system(operation: "name", code: EEXIST)) {
            try FileSystem.rename(path, toFree: name, "name")
        }
        #expect(TextFile.bytes(path) == [1] && TextFile.bytes(name) == [2])
        try FileSystem.rename(path, toFree: folder.path + "/c", "name")
        #expect(folder.files.sorted() == [name, folder.path + "/c"])
    }

    @Test("the name of a place is one, whatever way leads there")
    func absolute() throws {
        let folder = try TemporaryFolder()
        let real = try #require(FileSystem.absolutePath(of: folder.path + "/x"))
        #expect(FileSystem.absolutePath(of: folder.path + "/./x") == real)
        #expect(FileSystem.absolutePath(of: real) == real)
        for path in ["", ".", "..", folder.path + "/none/x", folder.path + "/"] {
            #expect(FileSystem.absolutePath(of: path) == nil, "\(path)")
        }
        #expect(FileSystem.mayHave(folder.path) && !FileSystem.mayHave(folder.path + "/none"))
    }

    @Test("a mark is of one object")
    func mark() {
        final class Thing {}
        let (mark, thing) = (ThreadMark(), Thing())
        #expect(!mark.isSet(thing) && !OwnerThread().isHere)
        mark.set(thing)
        #expect(mark.isSet(thing) && !mark.isSet(Thing()))
    }
}
