import Testing

@testable import Wire

@Suite struct WireWriterTests {
    private struct Pair: WireRecord, Equatable {
        var first: UInt64
        var second: UInt64?
        var isSet: Bool

        init(first: UInt64, second: UInt64? = nil, isSet: Bool = false) {
            self.first = first
            self.second = second
            self.isSet = isSet
        }

        init(fields: inout Fields<Self>) throws(WireError) {
            first = try fields.number("first", \.first)
            second = try fields.numberIfPresent("second", \.second)
            isSet = try fields.flag("set", \.isSet)
        }
    }

    private struct Wide: WireRecord {
        var count: Int

        init(count: Int) { self.count = count }

        init(fields: inout Fields<Self>) throws(WireError) {
            count = 0
            var number = 0
            while let value = try fields.numberIfPresent("f\(number)", { number < $0.count ? UInt64(number) : nil }) {
                number = Int(value) + 1
                count = number
            }
        }
    }

    @Test("a record is a map with its count in front, and lets go of what is absent")
    func record() {
        #expect(Pair(first: 1).encoded(as: .cbor) == hex("a1 65 6669727374 01"))
        #expect(Pair(first: 1, isSet: true).encoded(as: .cbor) == hex("a2 65 6669727374 01 63 736574 f5"))
        #expect(String(decoding: Pair(first: 1).encoded(as: .json), as: UTF8.self) == #"{"first":1}"#)
        let whole = String(decoding: Pair(first: 1, second: 2, isSet: true).encoded(as: .json), as: UTF8.self)
        #expect(whole == #"{"first":1,"second":2,"set":true}"#)
    }

    @Test("a record of any count reads back, within another too", arguments: [0, 23, 24, 128, 255, 256, 300])
    func wide(count: Int) throws {
        for form in [WireForm.cbor, .json] {
            var writer = WireWriter(form: form)
            writer.record { (writer) in
                writer.put("before", number: 1)
                writer.put("wide", Wide(count: count))
                writer.put("after", number: 2)
            }
            let wide = (0..<count).map { WireValue.Entry(key: "f\($0)", value: .unsigned(UInt64($0))) }
            let all = [
                WireValue.Entry(key: "before", value: .unsigned(1)), .init(key: "wide", value: .map(wide)),
                .init(key: "after", value: .unsigned(2)),
            ]
            // No record has as many as the parser refuses.
            guard count <= WireLimits.mapEntryCountMax else {
                var own = WireWriter(form: form)
                own.write(map: all)
                #expect(writer.bytes == own.bytes)
                continue
            }
            #expect(try WireValue.parse(writer.bytes, as: form) == .map(all))
        }
    }

    @Test("commas count anew inside a record and go on after it")
    func nesting() {
        var writer = WireWriter(form: .json)
        writer.record { (writer) in
            writer.put("a", Pair(first: 1, second: 2))
            writer.put("b", list: [Pair(first: 3), Pair(first: 4)])
            writer.put("c", WireValue.map([.init(key: "d", value: .null), .init(key: "e", value: .list([]))]))
            writer.put("f", flag: true)
        }
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == #"{"a":{"first":1,"second":2},"b":[{"first":3},{"first":4}],"c":{"d":null,"e":[]},"f":true}"#)
    }

    @Test("what is already encoded goes in as it is")
    func encoded() throws {
        for form in WireForm.allCases {
            let inner = Pair(first: 5).encoded(as: form)
            var writer = WireWriter(form: form)
            writer.record { (writer) in
                writer.put("first", encoded: inner)
                writer.put("second", number: 6)
            }
            let found = try WireValue.parse(writer.bytes, as: form)
            #expect(
                found == .map([
                    .init(key: "first", value: .map([.init(key: "first", value: .unsigned(5))])),
                    .init(key: "second", value: .unsigned(6)),
                ]))
        }
    }

    @Test("JSON escapes exactly the quote, the backslash and the control characters")
    func escapes() {
        let text = String(String.UnicodeScalarView((0...0x9F).compactMap { Unicode.Scalar($0) }))
        let written = String(decoding: WireValue.text(text).encoded(as: .json), as: UTF8.self)
        #expect(written.hasPrefix(#""\u0000\u0001\u0002"#))
        #expect(written.contains(##" !\"#$%"##) && written.contains(#"[\\]"#) && written.contains("~\u{7F}\u{80}"))
        #expect(written.filter { $0 == "\\" }.count == 0x20 + 3)
    }
}
