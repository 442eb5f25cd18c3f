import Glibc

/// When an answer was made (RFC 9110, section 6.6.1). A loop has one, and writes it anew once a second at most.
struct DateField {
    private var second = -1
    private var line: [UInt8] = []

    /// Adds the field for this moment. The clock is the system's coarse one: it may be a few milliseconds behind, and
    /// takes as many nanoseconds to read.
    mutating func append(to bytes: inout [UInt8]) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &now)
        append(at: now.tv_sec, to: &bytes)
    }

    /// - Parameter second: since 1970.
    mutating func append(at second: Int, to bytes: inout [UInt8]) {
        if second != self.second {
            self.second = second
            line = []
            ResponseHead.appendField("Date", HTTPDate.text(secondsSince1970: second), to: &line)
        }
        bytes += line
    }
}
