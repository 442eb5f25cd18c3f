import Transport
import Wire

extension HTTPDate {
    /// The second that a moment lies in.
    static func text(_ time: Timestamp) -> String { text(secondsSince1970: Int(time.milliseconds / 1000)) }
}
