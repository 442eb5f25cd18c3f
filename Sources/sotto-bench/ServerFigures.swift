import Glibc
import Transport

/// What a server has used so far, from the kernel and from its own metrics.
struct ServerFigures {
    /// User and system time, to 10 ms.
    var cpuNanoseconds: UInt64 = 0
    var residentByteCount: UInt64 = 0
    var residentByteCountMax: UInt64 = 0
    var commits: UInt64 = 0
    var commands: UInt64 = 0

    static func cpu(of pid: pid_t) -> UInt64 {
        // utime and stime are the 14th and 15th field; the second may hold blanks and ends with a parenthesis.
        let text = TextFile.read("/proc/\(pid)/stat")
        guard let end = text.lastIndex(of: ")") else { return 0 }
        let fields = text[end...].split(separator: " ")
        guard fields.count > 13, let user = UInt64(fields[12]), let system = UInt64(fields[13]) else { return 0 }
        return (user + system) * 1_000_000_000 / UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))
    }

    static func resident(of pid: pid_t, field: String = "VmRSS") -> UInt64 {
        for line in TextFile.read("/proc/\(pid)/status").split(separator: "\n") where line.hasPrefix("\(field):") {
            return (line.split(separator: " ").dropFirst().first.flatMap { UInt64($0) } ?? 0) * 1024
        }
        return 0
    }

    static func of(_ server: ServerProcess, on loop: EventLoop) async throws -> ServerFigures {
        let connection = try await HTTPClientConnection.connect(host: "127.0.0.1", port: server.adminPort, on: loop)
        defer { connection.close() }
        let response = try await connection.request("GET", "/metrics")
        let text = String(decoding: response.body, as: UTF8.self)
        var figures = ServerFigures()
        figures.commits = value("sotto_store_commits", in: text)
        figures.commands = value("sotto_store_commands", in: text)
        figures.residentByteCount = resident(of: server.pid)
        figures.residentByteCountMax = resident(of: server.pid, field: "VmHWM")
        figures.cpuNanoseconds = cpu(of: server.pid)
        return figures
    }

    /// A counter or a gauge of that name.
    private static func value(_ name: String, in text: String) -> UInt64 {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2, words[0] == name || words[0] == "\(name)_total" else { continue }
            return UInt64(words[1]) ?? 0
        }
        return 0
    }
}

enum TextFile {
    /// All of a small file; empty when it cannot be read.
    static func read(_ path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var all: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = Glibc.read(file, &part, part.count)
            guard count > 0 else { return String(decoding: all, as: UTF8.self) }
            all += part[..<count]
        }
    }
}
