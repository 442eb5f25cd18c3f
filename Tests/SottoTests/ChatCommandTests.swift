import Testing
import Wire

@testable import sotto

@Suite("Commands of a chat")
struct ChatCommandTests {
    private static let commands: [(entered: String, command: ChatCommand)] = [
        ("hello", .say("hello")), ("//etc is a folder", .say("/etc is a folder")), (" /quit", .say(" /quit")),
        ("/file a.txt", .file(path: "a.txt", caption: "")),
        ("/file 'my file.txt'  two words", .file(path: "my file.txt", caption: "two words")),
        ("/file my\\ file\\'s.txt", .file(path: "my file's.txt", caption: "")),
        ("/file \"a b\"/c", .file(path: "a b/c", caption: "")), ("/file ~/x", .file(path: "/h/x", caption: "")),
        ("/file '~/x' y", .file(path: "/h/x", caption: "y")),
        ("/download 3", .download(number: 3, path: nil)), ("/download #3 ~/out", .download(number: 3, path: "/h/out")),
        ("/delete #12", .delete(number: 12)), ("/cancel 4", .cancel(number: 4)), ("/resume", .resume),
        ("/to bob", .open("bob")), ("/help", .help), ("/quit", .quit),
    ]

    @Test("each is read", arguments: commands.indices)
    func read(index: Int) {
        let (entered, command) = Self.commands[index]
        #expect(ChatCommand(entered, home: "/h") == command)
    }

    @Test(
        "what is no command is a mistake, and never a text",
        arguments: [
            "/", "/frob", "/file", "/file 'open", "/file a\\", "/delete", "/delete x", "/delete 1 2", "/quit now",
            "/download x", "/download 1 a b", "/to", "/to a b", "/Quit", "/fil\u{E9}", "/quit\u{0}",
        ])
    func mistakes(entered: String) {
        guard case .mistake = ChatCommand(entered, home: nil) else {
            Issue.record("\(entered) is taken")
            return
        }
    }

    @Test("a path is completed as far as it is clear, and written as it is read")
    func completion() {
        let list: (String) -> [String] = { (folder) in
            ["/h/": ["notes/", "night.txt", ".hidden"], ".": ["a b.txt"], "/h/notes/": []][folder] ?? []
        }
        func complete(_ typed: String) -> PathWord.Completion? {
            PathWord.completion(of: typed, home: "/h", list: list)
        }
        #expect(complete("~/n") == .init(text: "~/n", choices: ["night.txt", "notes/"]))
        #expect(complete("~/no") == .init(text: "~/notes/", choices: []))
        #expect(complete("~/.") == .init(text: "~/.hidden ", choices: []))
        #expect(complete("a") == .init(text: "a\\ b.txt ", choices: []))
        #expect(complete("a\\ b") == .init(text: "a\\ b.txt ", choices: []))
        #expect(complete("'a b") == .init(text: "a\\ b.txt ", choices: []))
        #expect(complete("x") == nil && complete("~/notes/") == nil && complete("a b") == nil)
    }

    @Test("names of a folder of the disk are found, folders with their slash")
    func names() {
        #expect(PathWord.names(in: "/").contains("etc/"))
        #expect(PathWord.names(in: "/etc").contains("passwd"))
        #expect(PathWord.names(in: "/nowhere") == [])
    }
}
