import Glibc
import TestKit
import Testing

@testable import sotto

@Suite("Files that the command line names")
struct InputTests {
    @Test("the first line is read from a file and from a pipe with a name, with or without its end", arguments: [
        ("secret\nmore\n", "secret"), ("secret\r\n", "secret"), ("secret", "secret"), ("\n", nil), ("", nil),
        (String(repeating: "x", count: 5_000), String(repeating: "x", count: 4_096)),
    ])
    func firstLine(text: String, line: String?) throws {
        let folder = try TemporaryFolder()
        let (file, fifo) = (folder.path + "/file", folder.path + "/fifo")
        let descriptor = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        #expect(write(descriptor, text, text.utf8.count) == text.utf8.count)
        close(descriptor)
        #expect((try? Input.firstLine(of: file)).map { String(decoding: $0, as: UTF8.self) } == line)
        // Of a pipe that somebody has open without writing more, a line has to have its end.
        guard text.contains("\n") || text.utf8.count > 4_096 else { return }
        #expect(mkfifo(fifo, 0o600) == 0)
        let writer = open(fifo, O_RDWR | O_CLOEXEC)
        defer { close(writer) }
        #expect(write(writer, text, text.utf8.count) == text.utf8.count)
        #expect((try? Input.firstLine(of: fifo)).map { String(decoding: $0, as: UTF8.self) } == line)
    }

    @Test("a folder, and what is not there, is refused")
    func none() throws {
        let folder = try TemporaryFolder()
        for path in [folder.path, folder.path + "/none"] {
            #expect(throws: UsageError.self) { try Input.firstLine(of: path) }
        }
    }
}
