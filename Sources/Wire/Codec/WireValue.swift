/// What a parser found, before anyone asked what it means: the common shape of a CBOR item and a JSON value.
///
/// Parsing bounds it by ``WireLimits``: so deep, so many values, and no map names a key twice.
public enum WireValue: Sendable, Equatable {
    case null
    case boolean(Bool)
    case unsigned(UInt64)
    /// Always below zero.
    case negative(Int64)
    /// Always finite.
    case double(Double)
    case text(String)
    /// CBOR only; in JSON, bytes stand as base64url text.
    case bytes([UInt8])
    case list([WireValue])
    case map([Entry])

    /// One field of a map, in the order in which it stood.
    public struct Entry: Sendable, Equatable {
        public let key: String
        public let value: WireValue

        public init(key: String, value: WireValue) {
            self.key = key
            self.value = value
        }
    }

    /// What it is, in words for an error message.
    var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .unsigned: "an integer"
        case .negative: "a negative integer"
        case .double: "a number"
        case .text: "text"
        case .bytes: "bytes"
        case .list: "a list"
        case .map: "an object"
        }
    }
}

/// The two encodings of one vocabulary.
public enum WireForm: Sendable, Hashable, CaseIterable {
    /// RFC 8949. Bytes are byte strings, times are milliseconds since 1970.
    case cbor
    /// RFC 8259. Bytes are base64url text, times are RFC 3339 text.
    case json

    /// What `Content-Type` calls it.
    public var mediaType: String {
        switch self {
        case .cbor: "application/cbor"
        case .json: "application/json"
        }
    }

    /// The WebSocket subprotocol that speaks this form.
    public var subprotocol: String {
        switch self {
        case .cbor: "sotto.v1+cbor"
        case .json: "sotto.v1+json"
        }
    }
}

extension WireValue {
    /// Parses exactly one value that fills `bytes` and holds at most `nodeCountMax` values.
    public static func parse(
        _ bytes: UnsafeRawBufferPointer, as form: WireForm, nodeCountMax: Int = WireLimits.requestNodeCountMax
    ) throws(WireError) -> WireValue {
        switch form {
        case .cbor:
            var parser = CBORParser(bytes, nodeCountMax: nodeCountMax)
            return try parser.whole()
        case .json:
            var parser = JSONParser(bytes, nodeCountMax: nodeCountMax)
            return try parser.whole()
        }
    }

    /// Parses exactly one value that fills `bytes` and holds at most `nodeCountMax` values.
    public static func parse(
        _ bytes: [UInt8], as form: WireForm, nodeCountMax: Int = WireLimits.requestNodeCountMax
    ) throws(WireError) -> WireValue {
        try bytes.withUnsafeBufferPointer { (buffer) throws(WireError) in
            try parse(UnsafeRawBufferPointer(buffer), as: form, nodeCountMax: nodeCountMax)
        }
    }

    /// Parses what a reader in `context` accepts.
    static func parse(_ bytes: [UInt8], in context: WireContext) throws(WireError) -> WireValue {
        try parse(bytes, as: context.form, nodeCountMax: context.nodeCountMax)
    }
}
