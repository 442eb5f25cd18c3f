import Testing

@testable import Wire

@Suite struct TimestampTests {
    /// Checked against GNU date: `date -u -d <text> +%s`.
    @Test("known moments", arguments: [
        ("1970-01-01T00:00:00.000Z", 0), ("1970-01-01T00:00:00.001Z", 1), ("1970-12-31T23:59:59.999Z", 31_535_999_999),
        ("1972-02-29T00:00:00.000Z", 68_169_600_000), ("1999-12-31T23:59:59.000Z", 946_684_799_000),
        ("2000-02-29T12:00:00.000Z", 951_825_600_000), ("2000-03-01T00:00:00.000Z", 951_868_800_000),
        ("2001-09-09T01:46:40.000Z", 1_000_000_000_000), ("2016-12-31T23:59:59.500Z", 1_483_228_799_500),
        ("2024-02-29T23:59:59.000Z", 1_709_251_199_000), ("2026-11-20T09:30:00.000Z", 1_795_167_000_000),
        ("2038-01-19T03:14:08.000Z", 2_147_483_648_000), ("2100-02-28T00:00:00.000Z", 4_107_456_000_000),
        ("2100-03-01T00:00:00.000Z", 4_107_542_400_000), ("2400-02-29T00:00:00.000Z", 13_574_563_200_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ] as [(String, UInt64)])
    func known(text: String, milliseconds: UInt64) {
        #expect(Timestamp(milliseconds: milliseconds).description == text)
        #expect(Timestamp(text: text)?.milliseconds == milliseconds)
    }

    @Test("every day from 1970 to 2100 follows the one before, and reads back")
    func everyDay() throws {
        var (year, month, day) = (1970, 1, 1)
        for number in 0..<UInt64(131 * 365 + 32) {
            let moment = Timestamp(milliseconds: number * 86_400_000 + number % 86_400_000)
            let text = moment.description
            func padded(_ value: Int, _ width: Int) -> String {
                String(String(String(value + 10_000).suffix(width)))
            }
            try #require(text.hasPrefix("\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T"))
            try #require(Timestamp(text: text) == moment)
            let isLeap = year % 4 == 0 && year != 2100
            let dayCount = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
            day += 1
            if day > dayCount { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
        #expect(year == 2101)
    }

    @Test("a fraction has up to nine digits, of which three count", arguments: [
        ("2026-11-20T09:30:00Z", 0), ("2026-11-20T09:30:00.5Z", 500), ("2026-11-20T09:30:00.05Z", 50),
        ("2026-11-20T09:30:00.0009Z", 0), ("2026-11-20T09:30:00.999999999Z", 999),
    ] as [(String, UInt64)])
    func fractions(text: String, milliseconds: UInt64) {
        #expect(Timestamp(text: text)?.milliseconds == 1_795_167_000_000 + milliseconds)
    }

    @Test("what is not RFC 3339 in UTC is refused", arguments: [
        "", "2026-11-20", "2026-11-20T09:30:00", "2026-11-20T09:30:00+00:00", "2026-11-20T09:30:00.000z",
        "2026-11-20t09:30:00.000Z", "2026-11-20 09:30:00.000Z", "2026-11-20T09:30:00.Z", "2026-11-20T09:30:00,5Z",
        "2026-11-20T09:30:00.0000000000Z", "2026-11-20T09:30:0.000Z", "2026-1-20T09:30:00.000Z",
        "26-11-20T09:30:00.000Z",
        "2026-00-20T09:30:00.000Z", "2026-13-20T09:30:00.000Z", "2026-11-00T09:30:00.000Z", "2026-11-31T09:30:00.000Z",
        "2026-02-29T00:00:00.000Z", "2100-02-29T00:00:00.000Z", "2026-11-20T24:00:00.000Z", "2026-11-20T09:60:00.000Z",
        "2016-12-31T23:59:60.000Z", "1969-12-31T23:59:59.999Z", "0000-01-01T00:00:00.000Z", "10000-01-01T00:00:00.000Z",
        "-026-11-20T09:30:00.000Z", "2026-11-20T09:30:00.-00Z", "2026-11-20T+9:30:00.000Z", " 2026-11-20T09:30:00.000Z",
        "２026-11-20T09:30:00Z", "2026-11-20T09:30:00.000Z\n", "TTTTTTTTTTTTTTTTTTTTTTTZ",
    ])
    func refused(text: String) {
        #expect(Timestamp(text: text) == nil)
    }

    @Test("the year 10000 is refused, and what is computed stays before it")
    func bounds() {
        let max = Timestamp.millisecondsMax
        #expect(throws: WireError(.outOfBounds("must be before the year 10000"))) {
            try Timestamp(wire: .unsigned(max + 1), in: .client(.cbor))
        }
        #expect(Timestamp(milliseconds: .max).milliseconds == max)
        #expect(Timestamp(milliseconds: max).adding(seconds: .max).milliseconds == max)
        #expect(Timestamp(milliseconds: 1).adding(seconds: 2).milliseconds == 2001)
        #expect(Timestamp(milliseconds: 2999).seconds(since: Timestamp(milliseconds: 1000)) == 1)
        #expect(Timestamp(milliseconds: 1000).seconds(since: Timestamp(milliseconds: 2999)) == 0)
    }
}
