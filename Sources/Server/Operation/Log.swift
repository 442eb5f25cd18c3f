import Glibc
import Wire

/// Structured lines on standard error: JSON for machines, text for people. Holds no user data: names of events,
/// route patterns, counts, durations, problem codes.
public struct Log: Sendable {
    /// How much a line matters, from least to most.
    public enum Level: String, Sendable, CaseIterable, Comparable {
        case debug, info, warning, error

        public static func < (left: Level, right: Level) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    /// How a line looks.
    public enum Form: String, Sendable {
        case json, text

        /// Text for the person at a terminal, JSON for whatever else reads standard error.
        static var usual: Form { isatty(STDERR_FILENO) == 1 ? .text : .json }
    }

    /// A value in a line.
    enum Field: Sendable {
        case text(String)
        case number(UInt64)
    }

    let level: Level
    let form: Form
    private let clock: @Sendable () -> Timestamp

    init(level: Level, form: Form, clock: @escaping @Sendable () -> Timestamp) {
        self.level = level
        self.form = form
        self.clock = clock
    }

    func debug(_ event: String, _ fields: [(String, Field)] = []) { write(.debug, event, fields) }
    func info(_ event: String, _ fields: [(String, Field)] = []) { write(.info, event, fields) }
    func warning(_ event: String, _ fields: [(String, Field)] = []) { write(.warning, event, fields) }
    func error(_ event: String, _ fields: [(String, Field)] = []) { write(.error, event, fields) }

    /// Says that something of the server's own went wrong. That the server ends is no such thing: the next start goes
    /// on with what it cuts short.
    func failed(_ event: String, _ problem: Problem) {
        guard problem.code != .shuttingDown else { return }
        warning(event, [("code", .text(problem.code.rawValue))])
    }

    func write(_ level: Level, _ event: String, _ fields: [(String, Field)]) {
        guard level >= self.level else { return }
        let line = line(level, event, fields)
        // One write for one line, so that lines of several threads do not mix.
        _ = line.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    func line(_ level: Level, _ event: String, _ fields: [(String, Field)]) -> [UInt8] {
        switch form {
        case .json:
            var writer = WireWriter(form: .json)
            writer.record { (writer) in
                writer.put("time", text: clock().description)
                writer.put("level", text: level.rawValue)
                writer.put("event", text: event)
                for (name, field) in fields {
                    switch field {
                    case .text(let text): writer.put(name, text: text)
                    case .number(let number): writer.put(name, number: number)
                    }
                }
            }
            return writer.bytes + [UInt8(ascii: "\n")]
        case .text:
            let values = fields.map { (name, field) in
                switch field {
                case .text(let text): " \(name)=\(Self.oneLine(text))"
                case .number(let number): " \(name)=\(number)"
                }
            }
            return Array("\(clock()) \(level.rawValue) \(event)\(values.joined())\n".utf8)
        }
    }

    /// A value cannot forge a line or move the cursor.
    private static func oneLine(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? Character(" ") : Character($0) })
    }
}
