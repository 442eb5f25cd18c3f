import Testing
import Wire

@testable import Server

@Suite struct LogTests {
    private func log(_ form: Log.Form) -> Log {
        Log(level: .info, form: form, clock: { Timestamp(milliseconds: 0) })
    }

    @Test("a JSON line is one object that reads back")
    func json() throws {
        let line = log(.json).line(.warning, "x.y", [("text", .text("a\nb\"c")), ("count", .number(3))])
        #expect(line.filter { $0 == UInt8(ascii: "\n") }.count == 1 && line.last == UInt8(ascii: "\n"))
        let value = try WireValue.parse(Array(line.dropLast()), as: .json)
        #expect(
            value
                == .object([
                    "time": .text("1970-01-01T00:00:00.000Z"), "level": .text("warning"), "event": .text("x.y"),
                    "text": .text("a\nb\"c"), "count": .unsigned(3),
                ]))
    }

    @Test("a text line cannot be forged by a value")
    func text() {
        let line = log(.text).line(.info, "x", [("value", .text("a\n2026 error\u{1B}[2J"))])
        #expect(String(decoding: line, as: UTF8.self) == "1970-01-01T00:00:00.000Z info x value=a 2026 error [2J\n")
    }

    @Test("levels are ordered as they are listed")
    func levels() {
        #expect(Log.Level.debug < .info && Log.Level.info < .warning && Log.Level.warning < .error)
    }

    @Test("metrics end with the mark that OpenMetrics wants, and counters with _total")
    func metrics() {
        let text = OpenMetrics.text(counters: [("a", "A.", 1)], gauges: [("b", "B.", 2)])
        #expect(text == "# HELP a A.\n# TYPE a counter\na_total 1\n# HELP b B.\n# TYPE b gauge\nb 2\n# EOF\n")
    }
}
