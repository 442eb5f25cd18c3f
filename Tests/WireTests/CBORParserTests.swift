import Testing

@testable import Wire

@Suite struct CBORParserTests {
    /// RFC 8949, appendix A: what of it our subset reads.
    static let accepted: [(String, WireValue)] = [
        ("00", .unsigned(0)), ("01", .unsigned(1)), ("0a", .unsigned(10)), ("17", .unsigned(23)),
        ("1818", .unsigned(24)), ("1819", .unsigned(25)), ("1864", .unsigned(100)), ("1903e8", .unsigned(1000)),
        ("1a000f4240", .unsigned(1_000_000)), ("1b000000e8d4a51000", .unsigned(1_000_000_000_000)),
        ("1bffffffffffffffff", .unsigned(.max)), ("20", .negative(-1)), ("29", .negative(-10)),
        ("3863", .negative(-100)), ("3903e7", .negative(-1000)), ("fb3ff199999999999a", .double(1.1)),
        ("fb7e37e43c8800759c", .double(1.0e+300)), ("fbc010666666666666", .double(-4.1)),
        ("f4", .boolean(false)), ("f5", .boolean(true)), ("f6", .null), ("40", .bytes([])),
        ("4401020304", .bytes([1, 2, 3, 4])), ("60", .text("")), ("6161", .text("a")),
        ("6449455446", .text("IETF")), ("62225c", .text("\"\\")), ("62c3bc", .text("\u{FC}")),
        ("63e6b0b4", .text("\u{6C34}")), ("64f0908591", .text("\u{10151}")), ("80", .list([])),
        ("83010203", .list([.unsigned(1), .unsigned(2), .unsigned(3)])),
        (
            "8301820203820405",
            .list([.unsigned(1), .list([.unsigned(2), .unsigned(3)]), .list([.unsigned(4), .unsigned(5)])])
        ),
        ("98190102030405060708090a0b0c0d0e0f101112131415161718181819", .list((1...25).map { .unsigned($0) })),
        ("a0", .map([])),
        (
            "a26161016162820203",
            .map([.init(key: "a", value: .unsigned(1)), .init(key: "b", value: .list([.unsigned(2), .unsigned(3)]))])
        ),
        ("826161a161626163", .list([.text("a"), .map([.init(key: "b", value: .text("c"))])])),
        (
            "a56161614161626142616361436164614461656145",
            .map(zip("abcde", "ABCDE").map { .init(key: String($0), value: .text(String($1))) })
        ),
    ]

    @Test("the examples of RFC 8949 that are in our subset, read and written", arguments: accepted)
    func published(text: String, value: WireValue) throws {
        #expect(try WireValue.parse(hex(text), as: .cbor) == value)
        #expect(value.encoded(as: .cbor) == hex(text))
    }

    /// RFC 8949, appendix A: what of it our subset leaves out.
    static let outside: [(String, Int, String)] = [
        ("c249010000000000000000", 1, "a tag"), ("c349010000000000000000", 1, "a tag"),
        ("c074323031332d30332d32315432303a30343a30305a", 1, "a tag"), ("c11a514b67b0", 1, "a tag"),
        ("c1fb41d452d9e20000000000", 1, "a tag"), ("d74401020304", 1, "a tag"), ("d818456449455446", 1, "a tag"),
        ("d82076687474703a2f2f7777772e6578616d706c652e636f6d", 1, "a tag"),
        ("3bffffffffffffffff", 9, "an integer below -2^63"),
        ("f90000", 1, "an unknown simple value"), ("f98000", 1, "an unknown simple value"),
        ("f93c00", 1, "an unknown simple value"), ("fa47c35000", 1, "an unknown simple value"),
        ("f97c00", 1, "an unknown simple value"), ("fa7fc00000", 1, "an unknown simple value"),
        ("fb7ff0000000000000", 9, "a number that is not finite"),
        ("fb7ff8000000000000", 9, "a number that is not finite"),
        ("fbfff0000000000000", 9, "a number that is not finite"),
        ("f7", 1, "an unknown simple value"), ("f0", 1, "an unknown simple value"),
        ("f8ff", 1, "an unknown simple value"), ("a201020304", 2, "a map key that is not text"),
        ("5f42010243030405ff", 1, "an indefinite or reserved length"),
        ("7f657374726561646d696e67ff", 1, "an indefinite or reserved length"),
        ("9fff", 1, "an indefinite or reserved length"), ("83018202039f0405ff", 6, "an indefinite or reserved length"),
        ("bf61610161629f0203ffff", 1, "an indefinite or reserved length"),
        ("826161bf61626163ff", 4, "an indefinite or reserved length"),
    ]

    @Test("the examples of RFC 8949 outside our subset are refused", arguments: outside)
    func refuses(text: String, offset: Int, what: String) {
        #expect(refusal(of: hex(text), as: .cbor) == malformed(offset, what))
    }

    /// RFC 8949, appendix F and what else a hostile peer may try.
    static let hostile: [(String, Int, String)] = [
        ("", 0, "an early end"), ("18", 1, "an early end"), ("19ff", 1, "an early end"),
        ("1affffff", 1, "an early end"), ("1b00000000000000", 1, "an early end"), ("fb3ff199", 1, "an early end"),
        ("41", 1, "a length beyond the end"), ("61", 1, "a length beyond the end"),
        ("81", 1, "a length beyond the end"), ("a1", 1, "a length beyond the end"),
        ("8201", 1, "a length beyond the end"), ("a16161", 3, "an early end"), ("a2616101", 4, "an early end"),
        ("5bffffffffffffffff", 9, "a length beyond the end"), ("7b8000000000000000", 9, "a length beyond the end"),
        ("9b7fffffffffffffff", 9, "a length beyond the end"), ("bb8000000000000001", 9, "a length beyond the end"),
        ("5a80000000", 5, "a length beyond the end"), ("9a0000ffff00", 5, "a length beyond the end"),
        ("1c", 1, "an indefinite or reserved length"), ("3d", 1, "an indefinite or reserved length"),
        ("5e", 1, "an indefinite or reserved length"), ("1f", 1, "an indefinite or reserved length"),
        ("ff", 1, "an unknown simple value"), ("fc", 1, "an unknown simple value"),
        ("f818", 1, "an unknown simple value"), ("f814", 1, "an unknown simple value"),
        ("0000", 1, "more bytes after the end"), ("a0f6", 1, "more bytes after the end"),
        ("a2616101616102", 6, "a map key that stands twice"), ("a2617801617800", 6, "a map key that stands twice"),
        ("a1416101", 2, "a map key that is not text"), ("a1f600", 2, "a map key that is not text"),
        ("a16001", 2, "a map key that is not short ASCII"), ("a162c3bc01", 4, "a map key that is not short ASCII"),
        // U+212A is equal to K as text, and is not K.
        ("a163e284aa01", 5, "a map key that is not short ASCII"), ("a161ff01", 3, "a map key that is not short ASCII"),
        ("a1612001", 3, "a map key that is not short ASCII"), ("a1617f01", 3, "a map key that is not short ASCII"),
        ("a17f6161ff01", 2, "an indefinite or reserved length"),
    ]

    @Test("what is cut, overlong, doubled or glued is refused at its place", arguments: hostile)
    func refusesHostile(text: String, offset: Int, what: String) {
        #expect(refusal(of: hex(text), as: .cbor) == malformed(offset, what))
    }

    @Test("every way text can fail to be UTF-8 is refused", arguments: Self.notUTF8)
    func refusesNotUTF8(bytes: [UInt8]) {
        let item = [0x60 | UInt8(bytes.count)] + bytes
        #expect(refusal(of: item, as: .cbor) == malformed(item.count, "text that is not UTF-8"))
        let list = [0x82] + item + [0x00]
        #expect(refusal(of: list, as: .cbor) == malformed(item.count + 1, "text that is not UTF-8"))
    }

    static let notUTF8: [[UInt8]] = (0x80...0xFF).map { [UInt8($0)] } + [
        hex("c0 80"), hex("c1 bf"), hex("e0 80 80"), hex("e0 9f bf"), hex("f0 80 80 80"), hex("f0 8f bf bf"),
        hex("ed a0 80"), hex("ed bf bf"), hex("ed a0 bd ed b0 80"), hex("f4 90 80 80"), hex("f5 80 80 80"),
        hex("f8 88 80 80 80"), hex("61 80"), hex("c3"), hex("c3 28"), hex("e2 82"), hex("e2 28 a1"), hex("f0 9f 92"),
        hex("f0 28 8c bc"), hex("fe ff"), hex("ef bf"), hex("61 ff 62"),
    ]

    @Test("an argument may be longer than it needs to be")
    func longArguments() throws {
        #expect(try WireValue.parse(hex("1b0000000000000001"), as: .cbor) == .unsigned(1))
        #expect(try WireValue.parse(hex("5a0000000107"), as: .cbor) == .bytes([7]))
        #expect(
            try WireValue.parse(hex("b90001 780161 1800"), as: .cbor) == .map([.init(key: "a", value: .unsigned(0))]))
    }

    @Test("every integer at the edge of a length is written in the shortest form", arguments: [
        (23, 1), (24, 2), (0xFF, 2), (0x100, 3), (0xFFFF, 3), (0x1_0000, 5), (0xFFFF_FFFF, 5), (0x1_0000_0000, 9),
        (UInt64.max, 9),
    ])
    func shortest(number: UInt64, byteCount: Int) throws {
        for value in [WireValue.unsigned(number), .negative(-1 - Int64(clamping: number))] {
            let bytes = value.encoded(as: .cbor)
            #expect(bytes.count == byteCount)
            #expect(try WireValue.parse(bytes, as: .cbor) == value)
        }
        #expect(WireValue.negative(.min).encoded(as: .cbor) == hex("3b7fffffffffffffff"))
    }

    @Test("nesting is bounded, however deep it goes")
    func depth() throws {
        let list = [UInt8](repeating: 0x81, count: WireLimits.depthMax) + [0xF6]
        _ = try WireValue.parse(list, as: .cbor)
        #expect(refusal(of: [0x81] + list, as: .cbor) == malformed(WireLimits.depthMax + 1, "nested too deeply"))
        let bomb = [UInt8](repeating: 0x81, count: 100_000)
        #expect(refusal(of: bomb, as: .cbor) == malformed(WireLimits.depthMax + 1, "nested too deeply"))
        let maps = (0..<100_000).flatMap { _ in hex("a16161") }
        #expect(refusal(of: maps, as: .cbor) == malformed((WireLimits.depthMax + 1) * 3, "nested too deeply"))
    }

    @Test("the count of values is bounded, and nothing is reserved for values that cannot come")
    func nodes() throws {
        let countMax = WireLimits.requestNodeCountMax
        let full = hex("99") + [UInt8((countMax - 1) >> 8), UInt8((countMax - 1) & 0xFF)]
            + [UInt8](repeating: 0, count: countMax - 1)
        _ = try WireValue.parse(full, as: .cbor)
        let bomb = hex("9a000f4240") + [UInt8](repeating: 0x80, count: 1_000_000)
        #expect(refusal(of: bomb, as: .cbor) == malformed(5 + countMax - 1, "too many values"))
        #expect(refusal(of: bomb, as: .cbor, nodeCountMax: 10) == malformed(14, "too many values"))
        #expect(refusal(of: bomb, as: .cbor, nodeCountMax: 1_000_001) == nil)
    }

    @Test("a map holds at most so many entries, with keys of at most so many bytes")
    func mapBounds() throws {
        func map(entryCount: Int, keyByteCount: Int) -> [UInt8] {
            WireValue.map((0..<entryCount).map { (index) in
                let number = String(index)
                let key = String(repeating: "k", count: keyByteCount - number.utf8.count) + number
                return .init(key: key, value: .null)
            }).encoded(as: .cbor)
        }
        let countMax = WireLimits.mapEntryCountMax
        _ = try WireValue.parse(map(entryCount: countMax, keyByteCount: WireLimits.keyByteCountMax), as: .cbor)
        #expect(
            refusal(of: map(entryCount: countMax + 1, keyByteCount: 8), as: .cbor)
                == malformed(2, "a map with too many entries"))
        let long = WireLimits.keyByteCountMax + 1
        #expect(
            refusal(of: map(entryCount: 1, keyByteCount: long), as: .cbor)
                == malformed(3 + long, "a map key that is not short ASCII"))
    }
}
