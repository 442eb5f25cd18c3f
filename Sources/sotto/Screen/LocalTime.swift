import Client
import Glibc

/// Days and times where the terminal is.
enum LocalTime {
    /// Such as 2026-11-20.
    static func day(_ date: Date) -> String {
        let parts = parts(of: date)
        return "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1, 2))-"
            + padded(Int(parts.tm_mday), 2)
    }

    /// Such as 21:32.
    static func time(_ date: Date) -> String {
        let parts = parts(of: date)
        return "\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2))"
    }

    private static func parts(of date: Date) -> tm {
        // Beyond any calendar is its end.
        let bound = 253_402_300_799.0
        var seconds = time_t(min(max(date.timeIntervalSince1970.rounded(.down), -bound / 10), bound))
        var parts = tm()
        localtime_r(&seconds, &parts)
        return parts
    }

    private static func padded(_ number: Int, _ count: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }
}
