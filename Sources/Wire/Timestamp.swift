/// A moment in milliseconds since 1970 (UTC, no leap seconds). Shown to people and used for expiry, never for order.
///
/// JSON: RFC 3339 in UTC with milliseconds, always 24 characters, such as `2026-11-20T09:30:00.000Z`.
/// CBOR: the number. Bounds: 1970 up to the end of the year 9999.
public struct Timestamp: Hashable, Sendable, Comparable, CustomStringConvertible {
    public static let millisecondsMax: UInt64 = 253_402_300_799_999

    /// Since 1970-01-01T00:00:00Z.
    public let milliseconds: UInt64

    /// Clamped to the bounds.
    public init(milliseconds: UInt64) {
        self.milliseconds = min(milliseconds, Self.millisecondsMax)
    }

    public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    /// The moment this many seconds later; the end of time when that is beyond it.
    public func adding(seconds: UInt64) -> Timestamp {
        Timestamp(milliseconds: milliseconds &+ min(seconds, Self.millisecondsMax / 1000) &* 1000)
    }

    /// Whole seconds from `earlier` to this; zero when it is not later.
    public func seconds(since earlier: Timestamp) -> UInt64 {
        milliseconds > earlier.milliseconds ? (milliseconds - earlier.milliseconds) / 1000 : 0
    }

    public var description: String {
        let (year, month, day) = Self.civil(fromDays: Int(milliseconds / 86_400_000))
        let time = milliseconds % 86_400_000
        let clock = [time / 3_600_000, time / 60_000 % 60, time / 1000 % 60].map { Self.padded($0, 2) }
        let date = [Self.padded(UInt64(year), 4), Self.padded(UInt64(month), 2), Self.padded(UInt64(day), 2)]
        return "\(date.joined(separator: "-"))T\(clock.joined(separator: ":")).\(Self.padded(time % 1000, 3))Z"
    }

    /// `nil` unless `text` is RFC 3339 in UTC (`Z`), with or without a fraction of up to nine digits.
    public init?(text: String) {
        let characters = Array(text.utf8)
        guard (20...30).contains(characters.count), characters.last == UInt8(ascii: "Z") else { return nil }
        let separators: [(Int, Character)] = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")]
        for (index, separator) in separators where characters[index] != separator.asciiValue { return nil }
        guard let year = Self.digits(characters[0..<4]), let month = Self.digits(characters[5..<7]),
            let day = Self.digits(characters[8..<10]), let hour = Self.digits(characters[11..<13]),
            let minute = Self.digits(characters[14..<16]), let second = Self.digits(characters[17..<19]),
            year >= 1970, (1...12).contains(month), (1...Self.dayCount(year: year, month: month)).contains(day),
            hour < 24, minute < 60, second < 60, let milliseconds = Self.fraction(characters[19..<characters.count - 1])
        else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second
        self.init(milliseconds: UInt64(seconds) * 1000 + UInt64(milliseconds))
    }

    // MARK: Calendar (proleptic Gregorian; the year is counted from March, so that the leap day comes last)

    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }

    private static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func dayCount(year: Int, month: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    private static func padded(_ value: UInt64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func digits(_ characters: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for character in characters {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { return nil }
            value = value * 10 + Int(character - UInt8(ascii: "0"))
        }
        return value
    }

    private static func fraction(_ characters: ArraySlice<UInt8>) -> Int? {
        guard let point = characters.first else { return 0 }
        let fraction = characters.dropFirst()
        guard point == UInt8(ascii: "."), !fraction.isEmpty, digits(fraction) != nil else { return nil }
        return digits((Array(fraction.prefix(3)) + Array("00".utf8)).prefix(3))
    }
}

extension Timestamp: WireType {
    public init(wire value: WireValue, in context: WireContext) throws(WireError) {
        switch (context.form, value) {
        case (.cbor, .unsigned(let number)):
            guard number <= Self.millisecondsMax else { throw WireError(.outOfBounds("must be before the year 10000")) }
            self.init(milliseconds: number)
        case (.json, .text(let text)):
            guard let time = Timestamp(text: text) else {
                throw WireError(.outOfBounds("must be RFC 3339 in UTC, from 1970 on"))
            }
            self = time
        default:
            throw WireError(.wrongType(expected: "a time", found: value.kind))
        }
    }

    public func write(to writer: inout WireWriter) {
        switch writer.form {
        case .cbor: writer.write(number: milliseconds)
        case .json: writer.write(text: description)
        }
    }

    public static var schema: Schema { .timestamp }
    public static var sample: Timestamp { Timestamp(milliseconds: 1_795_167_000_000) }
}
