import Glibc
import TestKit
import Testing

/// A terminal of a certain size with a shell in it, by tmux on a socket of its own. It ends with its owner.
final class TmuxPane {
    private let socket: String
    private let folder: TemporaryFolder

    /// - Parameters:
    ///   - variables: of the shell, beside those that it needs; `LANG` is not set.
    ///   - term: what the terminal is called.
    init(_ columnCount: Int, _ rowCount: Int, variables: [String] = []) throws {
        folder = try TemporaryFolder()
        socket = "sotto-\(getpid())-\(UInt64.random(in: 0...(.max)))"
        let environment = ["PATH=/usr/bin:/bin:\(BuildFolder.path)", "HOME=\(folder.path)", "TZ=UTC", "TERM=screen"]
            + ["PS1='$ '", "SWIFT_BACKTRACE=enable=no"] + variables
        try run([
            "new-session", "-d", "-x", "\(columnCount)", "-y", "\(rowCount)",
            "cd \(folder.path) && exec env -i \(environment.joined(separator: " ")) sh -i",
        ])
        try run(["set-option", "-g", "status", "off"])
        try run(["resize-window", "-x", "\(columnCount)", "-y", "\(rowCount)"])
    }

    deinit { _ = try? run(["kill-server"]) }

    /// A folder for files, which is the shell's own and where it stands.
    var path: String { folder.path }

    @discardableResult
    private func run(_ arguments: [String]) throws -> String {
        let process = try ChildProcess(["tmux", "-u", "-L", socket, "-f", "/dev/null"] + arguments, joinsErrors: true)
        let text = String(decoding: process.readToEnd(), as: UTF8.self)
        guard process.wait() == 0 else { throw ServerProcess.Failure(description: "tmux \(arguments[0]): \(text)") }
        return text
    }

    /// What is on the screen, row by row, without the blanks at the ends.
    func rows() throws -> [String] {
        try run(["capture-pane", "-p"]).split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
            String($0.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// Presses keys, as tmux calls them.
    func press(_ keys: String...) throws { try run(["send-keys"] + keys) }

    /// Types a text, scalar by scalar.
    func type(_ text: String) throws { try run(["send-keys", "-l", text]) }

    /// Pastes a text as a terminal does.
    func paste(_ text: String) throws {
        let file = folder.path + "/paste"
        try TextFile.write(Array(text.utf8), to: file)
        try run(["load-buffer", file])
        try run(["paste-buffer", "-p"])
    }

    func resize(_ columnCount: Int, _ rowCount: Int) throws {
        try run(["resize-window", "-x", "\(columnCount)", "-y", "\(rowCount)"])
    }

    /// Whether a full screen is up.
    var isFullScreen: Bool {
        get throws { try run(["display-message", "-p", "#{alternate_on}"]).hasPrefix("1") }
    }

    /// The process that is the terminal.
    var server: pid_t {
        get throws {
            let text = try run(["display-message", "-p", "#{pid}"]).prefix { $0.isNumber }
            return try #require(pid_t(text))
        }
    }

    /// What runs in the shell.
    var child: pid_t {
        get throws {
            let shell = try run(["display-message", "-p", "#{pane_pid}"]).prefix { $0.isNumber }
            let children = TextFile.read("/proc/\(shell)/task/\(shell)/children").split(separator: " ")
            return try #require(children.first.flatMap { pid_t($0) }, "nothing runs in the shell")
        }
    }

    /// Waits until the screen is so, ten seconds at most; says what it is otherwise.
    func wait(_ what: String, until isSo: ([String]) throws -> Bool) async throws {
        var last: [String] = []
        let isThere = try await eventually {
            last = try rows()
            return try isSo(last)
        }
        try #require(isThere, "\(what):\n\(last.joined(separator: "\n"))")
    }

    /// Waits for exactly these rows.
    func wait(_ what: String, for expected: [String]) async throws {
        var last: [String] = []
        let isThere = try await eventually {
            last = try rows()
            return last == expected
        }
        guard !isThere else { return }
        let compared = zip(last, expected).map { $0 == $1 ? "  \($0)" : "is \($0)\n!= \($1)" }
        throw ServerProcess.Failure(
            description: "\(what), \(last.count) rows for \(expected.count):\n\(compared.joined(separator: "\n"))")
    }
}
