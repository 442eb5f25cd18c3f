import Testing
import Transport

@Suite struct HTTPDateTests {
    @Test(
        "a moment is written as RFC 9110 has it",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (1_709_210_096, "Thu, 29 Feb 2024 12:34:56 GMT"), (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"),
        ] as [(Int, String)])
    func text(seconds: Int, expected: String) {
        #expect(HTTPDate.text(secondsSince1970: seconds) == expected)
    }
}
