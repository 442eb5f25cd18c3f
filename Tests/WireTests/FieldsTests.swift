import Testing

@testable import Wire

@Suite struct FieldsTests {
    /// One field of every kind.
    private struct Probe: WireRecord, Equatable {
        var number: UInt64
        var text: String
        var bytes: [UInt8]
        var role: Role
        var list: [Inner]
        var maybe: Inner?
        var isSet: Bool

        struct Inner: WireRecord, Equatable {
            var device: DeviceID
            init(fields: inout Fields<Self>) throws(WireError) { device = try fields.value("device", \.device) }
        }

        init(fields: inout Fields<Self>) throws(WireError) {
            number = try fields.number("number", \.number, in: 5...7)
            text = try fields.text("text", \.text, length: 2...3)
            bytes = try fields.bytes("bytes", \.bytes, count: 2...4)
            role = try fields.value("role", \.role)
            list = try fields.list("list", \.list, count: 1...2)
            maybe = try fields.valueIfPresent("maybe", \.maybe)
            isSet = try fields.flag("set", \.isSet)
        }
    }

    private static let whole: [(String, String)] = [
        ("number", "6"), ("text", "\"ab\""), ("bytes", "\"AAEC\""), ("role", "\"admin\""),
        ("list", "[{\"device\":1}]"),
    ]

    private func read(_ changes: [(String, String?)], as context: WireContext = .server(.json)) throws(WireError) {
        var fields = Self.whole
        for (key, value) in changes {
            fields.removeAll { $0.0 == key }
            if let value { fields.append((key, value)) }
        }
        let text = "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
        _ = try Probe.decode(Array(text.utf8), in: context)
    }

    private static let wrong: [(String, String?, WireError)] = [
        ("number", nil, WireError(path: "number", .missing)),
        ("number", "null", WireError(path: "number", .missing)),
        ("number", "4", WireError(path: "number", .outOfBounds("must be an integer of 5 to 7"))),
        ("number", "8", WireError(path: "number", .outOfBounds("must be an integer of 5 to 7"))),
        ("number", "-6", WireError(path: "number", .outOfBounds("must be an integer of 5 to 7"))),
        ("number", "6.0", WireError(path: "number", .wrongType(expected: "an integer", found: "a number"))),
        ("number", "\"6\"", WireError(path: "number", .wrongType(expected: "an integer", found: "text"))),
        ("number", "true", WireError(path: "number", .wrongType(expected: "an integer", found: "a boolean"))),
        ("text", "\"a\"", WireError(path: "text", .outOfBounds("must be a length in Unicode scalars of 2 to 3"))),
        ("text", "\"abcd\"", WireError(path: "text", .outOfBounds("must be a length in Unicode scalars of 2 to 3"))),
        ("text", #""a\u0000""#, WireError(path: "text", .outOfBounds("must not hold U+0000"))),
        (
            "text", #""a\u001f""#,
            WireError(path: "text", .outOfBounds("must hold no control characters but tabs and ends of lines"))
        ),
        ("text", "[]", WireError(path: "text", .wrongType(expected: "text", found: "a list"))),
        ("bytes", "\"AA\"", WireError(path: "bytes", .outOfBounds("must be a byte count of 2 to 4"))),
        ("bytes", "\"AAECAwQ\"", WireError(path: "bytes", .outOfBounds("must be a byte count of 2 to 4"))),
        ("bytes", "\"AAE=\"", WireError(path: "bytes", .outOfBounds("must be base64url without padding"))),
        ("bytes", "[0,1]", WireError(path: "bytes", .wrongType(expected: "base64url text", found: "a list"))),
        ("role", "\"king\"", WireError(path: "role", .outOfBounds("must be one of owner, admin, member"))),
        ("role", "\"Admin\"", WireError(path: "role", .outOfBounds("must be one of owner, admin, member"))),
        ("role", "2", WireError(path: "role", .wrongType(expected: "text", found: "an integer"))),
        ("list", "[]", WireError(path: "list", .outOfBounds("must be a count of items of 1 to 2"))),
        ("list", "{}", WireError(path: "list", .wrongType(expected: "a list", found: "an object"))),
        ("list", "[7]", WireError(path: "list[0]", .wrongType(expected: "an object", found: "an integer"))),
        ("list", "[{\"device\":1},{}]", WireError(path: "list[1].device", .missing)),
        (
            "list", "[{\"device\":1},{\"device\":0}]",
            WireError(path: "list[1].device", .outOfBounds("must be from 1 to 4294967295"))
        ),
        (
            "maybe", "{\"device\":[]}",
            WireError(path: "maybe.device", .wrongType(expected: "an integer", found: "a list"))
        ),
        ("set", "1", WireError(path: "set", .wrongType(expected: "a boolean", found: "an integer"))),
    ]

    @Test("an error names the field and the reason", arguments: wrong)
    private func refuses(key: String, value: String?, error: WireError) {
        #expect(throws: error) { try read([(key, value)]) }
    }

    @Test("the bounds are inclusive, and text counts in Unicode scalars", arguments: [
        ("number", "5"), ("number", "7"), ("text", "\"abc\""), ("text", "\"\u{1F468}\u{200D}\u{1F4BB}\""),
        ("bytes", "\"AAE\""), ("bytes", "\"AAECAw\""), ("maybe", "null"), ("maybe", "{\"device\":1}"),
        ("set", "null"), ("set", "false"), ("set", "true"),
    ])
    func right(key: String, value: String) throws {
        try read([(key, value)])
    }

    @Test("a field nobody asked for is refused by a server and skipped by a client")
    func unknown() throws {
        #expect(throws: WireError(path: "extra", .unknownField)) { try read([("extra", "1")]) }
        #expect(throws: WireError(path: "extra", .unknownField)) { try read([("extra", "null")]) }
        #expect(throws: WireError(path: "maybe.more", .unknownField)) {
            try read([("maybe", "{\"device\":1,\"more\":[]}")])
        }
        try read([("extra", "1"), ("maybe", "{\"device\":1,\"more\":[]}")], as: .client(.json))
    }

    @Test("the last of 128 fields is still known, and the first unknown one is named")
    func manyFields() {
        let extra = (0..<WireLimits.mapEntryCountMax - Self.whole.count).map { ("x\($0)", Optional("0")) }
        #expect(throws: WireError(path: "x0", .unknownField)) { try read(extra) }
    }

    @Test("one form's dress does not pass in the other")
    func forms() {
        let id = WireValue.bytes([UInt8](repeating: 1, count: 16))
        let text = WireValue.text("AQEBAQEBAQEBAQEBAQEBAQ")
        #expect(throws: WireError(.wrongType(expected: "bytes", found: "text"))) {
            try AccountID(wire: text, in: .server(.cbor))
        }
        #expect(throws: WireError(.wrongType(expected: "base64url text", found: "bytes"))) {
            try AccountID(wire: id, in: .server(.json))
        }
        #expect(throws: WireError(.wrongType(expected: "a message id", found: "an integer"))) {
            try MessageID(wire: .unsigned(1), in: .server(.json))
        }
        #expect(throws: WireError(.wrongType(expected: "a time", found: "text"))) {
            try Timestamp(wire: .text("2026-11-20T09:30:00.000Z"), in: .server(.cbor))
        }
    }

    @Test("a union says which tags it knows")
    func unions() {
        let expected = WireError(
            path: "t", .outOfBounds("must be one of auth, send, post, delivered, req, ping"))
        #expect(throws: expected) { try ClientFrame.decode(Array(#"{"t":"hello"}"#.utf8), in: .server(.json)) }
        #expect(throws: WireError(path: "t", .missing)) {
            try ClientFrame.decode(Array(#"{"stamp":1}"#.utf8), in: .server(.json))
        }
        #expect(throws: WireError(path: "stamp", .missing)) {
            try ClientFrame.decode(Array(#"{"t":"ping"}"#.utf8), in: .server(.json))
        }
        #expect(throws: WireError(path: "x", .unknownField)) {
            try ClientFrame.decode(Array(#"{"t":"ping","stamp":1,"x":0}"#.utf8), in: .server(.json))
        }
        #expect(throws: WireError(.wrongType(expected: "an object", found: "a list"))) {
            try ClientFrame.decode(Array("[]".utf8), in: .server(.json))
        }
    }

    @Test("recording says what reading holds")
    func recording() {
        let inner = Schema.record(
            name: "Inner", fields: [.init(key: "device", schema: .integer(1...UInt64(UInt32.max)), isRequired: true)])
        #expect(
            Probe.schema
                == .record(
                    name: "Probe",
                    fields: [
                        .init(key: "number", schema: .integer(5...7), isRequired: true),
                        .init(key: "text", schema: .text(length: 2...3), isRequired: true),
                        .init(key: "bytes", schema: .bytes(count: 2...4), isRequired: true),
                        .init(key: "role", schema: Role.schema, isRequired: true),
                        .init(key: "list", schema: .list(of: inner, count: 1...2), isRequired: true),
                        .init(key: "maybe", schema: inner, isRequired: false),
                        .init(key: "set", schema: .boolean, isRequired: false),
                    ]))
    }
}
