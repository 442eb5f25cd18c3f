/// Prints counters and gauges in the OpenMetrics text format, version 1.0.
enum OpenMetrics {
    static func text(
        counters: [(name: String, help: String, value: UInt64)],
        gauges: [(name: String, help: String, value: UInt64)]
    ) -> String {
        var text = ""
        for (name, help, value) in counters {
            text += "# HELP \(name) \(help)\n# TYPE \(name) counter\n\(name)_total \(value)\n"
        }
        for (name, help, value) in gauges {
            text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n\(name) \(value)\n"
        }
        return text + "# EOF\n"
    }
}
