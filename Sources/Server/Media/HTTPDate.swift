import Wire

/// A moment as fields write it (RFC 9110, section 5.6.7): `Fri, 20 Nov 2026 23:04:02 GMT`.
enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    static func text(_ time: Timestamp) -> String {
        // 1970 began on a Thursday.
        let day = days[Int(time.milliseconds / 86_400_000 % 7)]
        let parts = time.description.split { "-T:.".contains($0) }
        let month = Int(parts[1]).map { months[$0 - 1] } ?? ""
        return "\(day), \(parts[2]) \(month) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) GMT"
    }
}
