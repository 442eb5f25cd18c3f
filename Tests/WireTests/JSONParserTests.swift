import Testing

@testable import Wire

@Suite struct JSONParserTests {
    static let accepted: [(String, WireValue)] = [
        ("null", .null), (" \t\r\n true \t\r\n ", .boolean(true)), ("false", .boolean(false)), ("[]", .list([])),
        ("[ ]", .list([])), ("{ }", .map([])), ("[null , 1]", .list([.null, .unsigned(1)])),
        ("{ \"a\" : [ ] , \"b\":{}}", .map([.init(key: "a", value: .list([])), .init(key: "b", value: .map([]))])),
        ("0", .unsigned(0)), ("-0", .unsigned(0)), ("18446744073709551615", .unsigned(.max)),
        ("-9223372036854775808", .negative(.min)), ("-1", .negative(-1)), ("18446744073709551616", .double(0x1p64)),
        ("-9223372036854775809", .double(-0x1p63)), ("1.0", .double(1)), ("-0.0", .double(-0.0)), ("1e2", .double(100)),
        ("1E+2", .double(100)), ("25e-2", .double(0.25)), ("1.5e0", .double(1.5)), ("1e-400", .double(0)),
        ("\"\"", .text("")), ("\"\u{7F}\u{80}\u{10FFFF}\"", .text("\u{7F}\u{80}\u{10FFFF}")),
        (#""\"\\\/\b\f\n\r\t""#, .text("\"\\/\u{8}\u{C}\n\r\t")), (#""\u0000""#, .text("\0")),
        (#""\u00fC\u6c34""#, .text("\u{FC}\u{6C34}")), (#""\uD83D\uDD10""#, .text("\u{1F510}")),
        (#""\ud800\udc00\uDBFF\uDFFF""#, .text("\u{10000}\u{10FFFF}")), (#""\uFEFF""#, .text("\u{FEFF}")),
        (#""\u0061bc""#, .text("abc")), (#"{"\u0061":1}"#, .map([.init(key: "a", value: .unsigned(1))])),
        ("\"\u{65}\u{301}\"", .text("\u{65}\u{301}")),
    ]

    @Test("what RFC 8259 allows is read", arguments: accepted)
    func reads(text: String, value: WireValue) throws {
        let found = try WireValue.parse(Array(text.utf8), as: .json)
        #expect(found == value)
        #expect(try WireValue.parse(found.encoded(as: .json), as: .json) == value)
    }

    static let refused: [(String, Int, String)] = [
        ("", 0, "an early end"), (" ", 1, "an early end"), ("[", 1, "an early end"), ("[1,", 3, "an early end"),
        ("{", 1, "no key"), ("{\"a\"", 4, "no colon"), ("{\"a\":", 5, "an early end"), ("{\"a\":1", 6, "no comma"),
        ("[1", 2, "no comma"), ("[1,]", 3, "no JSON value"), ("{\"a\":1,}", 7, "no key"), ("[,1]", 1, "no JSON value"),
        ("[1 2]", 3, "no comma"), ("[1,,2]", 3, "no JSON value"), ("{\"a\" 1}", 5, "no colon"),
        ("{a:1}", 1, "no key"), ("{'a':1}", 1, "no key"), ("{1:1}", 1, "no key"), ("{null:1}", 1, "no key"),
        ("{\"a\":1 \"b\":2}", 7, "no comma"), ("[1}", 2, "no comma"), ("{\"a\":1]", 6, "no comma"),
        ("]", 0, "no JSON value"), ("'a'", 0, "no JSON value"), ("1 2", 2, "more text after the end"),
        ("[]]", 2, "more text after the end"), ("{}{}", 2, "more text after the end"),
        ("null\0", 4, "more text after the end"), ("\0", 0, "no JSON value"), ("[\0]", 1, "no JSON value"),
        ("nul", 3, "no JSON value"), ("nulL", 3, "no JSON value"), ("True", 0, "no JSON value"),
        ("truefalse", 4, "more text after the end"), ("// no\n1", 0, "no JSON value"), ("/**/1", 0, "no JSON value"),
        ("1 // no", 2, "more text after the end"), ("\u{FEFF}1", 0, "no JSON value"),
        ("\u{A0}1", 0, "no JSON value"), ("\u{B}1", 0, "no JSON value"), ("NaN", 0, "no JSON value"),
        ("Infinity", 0, "no JSON value"), ("-Infinity", 1, "no digit"), ("+1", 0, "no JSON value"),
        (".5", 0, "no JSON value"), ("1.", 2, "no digit"), ("-", 1, "no digit"), ("--1", 1, "no digit"),
        ("01", 1, "more text after the end"), ("-01", 2, "more text after the end"), ("1.e1", 2, "no digit"),
        ("1e", 2, "no digit"), ("1e+", 3, "no digit"), ("1e+-1", 3, "no digit"),
        ("1.2.3", 3, "more text after the end"),
        ("0x1", 1, "more text after the end"), ("1_000", 1, "more text after the end"),
        ("1e400", 5, "a number out of range"),
        ("-1e400", 6, "a number out of range"), ("\u{FF11}", 0, "no JSON value"),
        (String(repeating: "1", count: 65), 65, "a number of more than 64 characters"),
        ("\"", 1, "text without an end"), ("\"a", 2, "text without an end"), ("\"\\", 2, "text without an end"),
        ("\"\\\"", 3, "text without an end"), ("\"\\x41\"", 3, "an unknown escape"),
        ("\"\\'\"", 3, "an unknown escape"),
        ("\"\\U0041\"", 3, "an unknown escape"), ("\"\\\u{E9}\"", 3, "an unknown escape"),
        ("\"\\u\"", 3, "no hexadecimal digit"), ("\"\\u12", 5, "no hexadecimal digit"),
        ("\"\\u123\"", 6, "no hexadecimal digit"), ("\"\\u12G4\"", 5, "no hexadecimal digit"),
        ("\"\\u+123\"", 3, "no hexadecimal digit"), ("\"\\u 123\"", 3, "no hexadecimal digit"),
        ("\"\\uD800\"", 7, "a lone surrogate"), ("\"\\uDC00\"", 7, "a lone surrogate"),
        ("\"\\uD800x\"", 7, "a lone surrogate"), ("\"\\uD800\\n\"", 8, "a lone surrogate"),
        ("\"\\uD800\\u0041\"", 13, "a lone surrogate"), ("\"\\uD800\\uD800\"", 13, "a lone surrogate"),
        ("\"\\uDE00\\uD83D\"", 7, "a lone surrogate"), ("\"\\uD83D\\uDD1\"", 12, "no hexadecimal digit"),
        ("{\"a\":1,\"a\":2}", 10, "a key that stands twice"),
        ("{\"a\":1,\"\\u0061\":2}", 15, "a key that stands twice"),
        ("{\"\":1}", 3, "a key that is not short ASCII"), ("{\" \":1}", 4, "a key that is not short ASCII"),
        ("{\"\u{212A}\":1}", 6, "a key that is not short ASCII"),
        ("{\"\\u212a\":1}", 9, "a key that is not short ASCII"),
        ("{\"\\u0000\":1}", 9, "a key that is not short ASCII"),
    ]

    @Test("what RFC 8259 does not allow is refused at its place", arguments: refused)
    func refuses(text: String, offset: Int, what: String) {
        #expect(refusal(of: text) == malformed(offset, what))
    }

    @Test("a control character in text is refused, escaped it is read", arguments: UInt8(0)..<0x20)
    func controls(byte: UInt8) throws {
        for text in ["\"", "\"abc", "\"\\n"] {
            let bytes = Array(text.utf8) + [byte] + Array("\"".utf8)
            #expect(refusal(of: bytes, as: .json) == malformed(text.utf8.count + 1, "a control character in text"))
        }
        let value = WireValue.text(String(Unicode.Scalar(byte)))
        #expect(try WireValue.parse(value.encoded(as: .json), as: .json) == value)
    }

    @Test("every way text can fail to be UTF-8 is refused", arguments: CBORParserTests.notUTF8)
    func refusesNotUTF8(bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let plain = [quote] + bytes + [quote]
        #expect(refusal(of: plain, as: .json) == malformed(plain.count - 1, "text that is not UTF-8"))
        let escaped = [quote] + Array("\\t".utf8) + bytes + [quote]
        #expect(refusal(of: escaped, as: .json) == malformed(escaped.count, "text that is not UTF-8"))
        #expect(refusal(of: bytes, as: .json)?.reason == .malformed(offset: 0, "no JSON value") || bytes[0] < 0x80)
    }

    @Test("nesting is bounded, however deep it goes")
    func depth() throws {
        let depthMax = WireLimits.depthMax
        let whole = String(repeating: "[", count: depthMax) + "0" + String(repeating: "]", count: depthMax)
        _ = try WireValue.parse(Array(whole.utf8), as: .json)
        #expect(refusal(of: "[\(whole)]") == malformed(depthMax + 1, "nested too deeply"))
        #expect(refusal(of: String(repeating: "[", count: 100_000)) == malformed(depthMax + 1, "nested too deeply"))
        #expect(
            refusal(of: String(repeating: "{\"a\":", count: 100_000))
                == malformed((depthMax + 1) * 5, "nested too deeply"))
    }

    @Test("the count of values and of fields is bounded")
    func counts() throws {
        let countMax = WireLimits.requestNodeCountMax
        let full = "[" + String(repeating: "1,", count: countMax - 2) + "1]"
        _ = try WireValue.parse(Array(full.utf8), as: .json)
        #expect(refusal(of: "[1," + full.dropFirst()) == malformed(1 + (countMax - 1) * 2, "too many values"))
        let fields = (0...WireLimits.mapEntryCountMax).map { "\"k\($0)\":0" }
        let object = "{" + fields.dropLast().joined(separator: ",") + "}"
        _ = try WireValue.parse(Array(object.utf8), as: .json)
        let error = refusal(of: "{" + fields.joined(separator: ",") + "}")
        #expect(error == malformed(object.utf8.count + 6, "an object with too many fields"))
    }
}
