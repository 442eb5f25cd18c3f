import Testing

@testable import Wire

@Suite struct CDDLTests {
    private func text(_ fields: [Schema.Field]) -> String {
        CDDL.text(for: [.record(name: "R", fields: fields)])
    }

    @Test("each kind of field stands with its bounds")
    func fields() {
        let role = Schema.enumeration(name: "Role", cases: ["a", "b"])
        let printed = text([
            .init(key: "all", schema: .integer(0...UInt64.max), isRequired: true),
            .init(key: "some", schema: .integer(1...7), isRequired: false),
            .init(key: "one", schema: .integer(3...3), isRequired: true),
            .init(key: "key", schema: .bytes(count: 32...32), isRequired: true),
            .init(key: "body", schema: .bytes(count: 1...9), isRequired: false),
            .init(key: "name", schema: .text(length: 1...10), isRequired: true),
            .init(key: "roles", schema: .list(of: role, count: 0...5), isRequired: true),
            .init(key: "flag", schema: .boolean, isRequired: false),
            .init(key: "rest", schema: .any, isRequired: false),
            .init(key: "time", schema: .timestamp, isRequired: true),
        ])
        #expect(printed == """
            R = {
              "all": uint,
              ? "some": 1..7,
              "one": 3,
              "key": bstr .size 32,
              ? "body": bstr .size (1..9),
              "name": tstr .size (1..40), ; 1 to 10 Unicode scalars
              "roles": [0*5 Role],
              ? "flag": bool,
              ? "rest": any,
              "time": Timestamp,
            }

            Role = "a" / "b"

            Timestamp = 0..253402300799999 ; milliseconds since 1970 in UTC

            """)
    }

    @Test("each case of a union is a rule of its own, with the tag beside the fields")
    func unions() {
        let one = Schema.record(name: "One", fields: [.init(key: "x", schema: .boolean, isRequired: true)])
        let cases = [Schema.Case(tag: "one", schema: one), Schema.Case(tag: "a.b", schema: one)]
        let printed = CDDL.text(for: [.union(name: "U", tag: "t", cases: cases)])
        #expect(printed.hasPrefix("""
            U = U.one
              / U.a.b

            U.one = {
              "t": "one",
              "x": bool,
            }

            U.a.b = {
              "t": "a.b",
              "x": bool,
            }

            One = {
              "x": bool,
            }

            """))
    }

    @Test("identifiers stand as their bytes, their number or their text")
    func formatted() {
        let printed = CDDL.text(for: [AccountID.schema, MessageID.schema, Handle.schema])
        #expect(printed.contains("AccountID = bstr .size 16\n"))
        #expect(printed.contains("MessageID = uint\n"))
        #expect(printed.contains("Handle = tstr .regexp \"[a-z][a-z0-9._-]{2,31}\"\n"))
    }
}
