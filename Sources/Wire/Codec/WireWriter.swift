/// Writes records in either form, straight into one buffer.
///
/// In CBOR a record is a map of definite length whose count is patched in at its end. Room is left for a count of up to
/// 23, which nearly every record has; behind a larger one the fields move up.
public struct WireWriter {
    /// Which form is written.
    public let form: WireForm
    /// What was written so far.
    public private(set) var bytes: [UInt8] = []
    private var fieldCount = 0

    /// An empty writer; the hint saves growing where the size is known.
    public init(form: WireForm, byteCountHint: Int = 256) {
        self.form = form
        if byteCountHint > 0 { bytes.reserveCapacity(byteCountHint) }
    }

    /// What was written so far, with nothing left here.
    mutating func taken() -> WireWriter {
        let taken = self
        self = WireWriter(form: form, byteCountHint: 0)
        return taken
    }

    // MARK: Fields

    /// Writes a field.
    public mutating func put<T: WireType>(_ key: String, _ value: T) {
        begin(key)
        value.write(to: &self)
    }

    /// Writes nothing when there is no value.
    public mutating func put<T: WireType>(_ key: String, _ value: T?) {
        if let value { put(key, value) }
    }

    /// Writes nothing when there are no bytes.
    public mutating func put(_ key: String, bytes value: [UInt8]?) {
        guard let value else { return }
        begin(key)
        write(bytes: value)
    }

    /// Writes nothing when there is no text.
    public mutating func put(_ key: String, text value: String?) {
        guard let value else { return }
        begin(key)
        write(text: value)
    }

    /// Writes nothing when there is no number.
    public mutating func put(_ key: String, number value: UInt64?) {
        guard let value else { return }
        begin(key)
        write(number: value)
    }

    /// Writes nothing when false, since an absent flag is false.
    public mutating func put(_ key: String, flag value: Bool) {
        guard value else { return }
        begin(key)
        write(flag: true)
    }

    /// Writes the list even when it is empty.
    public mutating func put<T: WireType>(_ key: String, list: [T]) {
        begin(key)
        write(list: list)
    }

    // MARK: Values

    /// Writes a map whose fields `write` puts; readers take at most ``WireLimits/mapEntryCountMax``.
    public mutating func record(_ write: (inout WireWriter) -> Void) {
        let outerCount = fieldCount
        fieldCount = 0
        let head = bytes.count
        bytes.append(form == .cbor ? 0xA0 : UInt8(ascii: "{"))
        write(&self)
        switch form {
        case .cbor:
            if fieldCount < 24 {
                bytes[head] = 0xA0 | UInt8(fieldCount)
            } else {
                var count = WireWriter(form: .cbor, byteCountHint: 9)
                count.head(major: 5, UInt64(fieldCount))
                bytes.replaceSubrange(head...head, with: count.bytes)
            }
        case .json:
            bytes.append(UInt8(ascii: "}"))
        }
        fieldCount = outerCount
    }

    /// Writes each item by its own type.
    public mutating func write<T: WireType>(list: [T]) {
        switch form {
        case .cbor:
            head(major: 4, UInt64(list.count))
            for item in list { item.write(to: &self) }
        case .json:
            bytes.append(UInt8(ascii: "["))
            for (index, item) in list.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                item.write(to: &self)
            }
            bytes.append(UInt8(ascii: "]"))
        }
    }

    /// Writes a byte string, or base64url text.
    public mutating func write(bytes value: [UInt8]) {
        switch form {
        case .cbor:
            head(major: 2, UInt64(value.count))
            bytes.append(contentsOf: value)
        case .json:
            bytes.append(UInt8(ascii: "\""))
            Base64URL.append(value, to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        }
    }

    /// Writes sixteen bytes as ``write(bytes:)`` does, without an array of them.
    mutating func write(sixteen value: SixteenBytes) {
        guard form == .cbor else { return write(bytes: value.array) }
        bytes.append(0x50)
        withUnsafeBytes(of: (value.high.bigEndian, value.low.bigEndian)) { bytes.append(contentsOf: $0) }
    }

    /// Writes UTF-8; in JSON, only what must be escaped is.
    public mutating func write(text value: String) {
        switch form {
        case .cbor:
            head(major: 3, UInt64(value.utf8.count))
            var value = value
            value.withUTF8 { bytes.append(contentsOf: $0) }
        case .json:
            quote(value)
        }
    }

    /// Writes the shortest form.
    public mutating func write(number value: UInt64) {
        switch form {
        case .cbor: head(major: 0, value)
        case .json: bytes.append(contentsOf: String(value).utf8)
        }
    }

    /// Writes true or false.
    public mutating func write(flag value: Bool) {
        switch form {
        case .cbor: bytes.append(value ? 0xF5 : 0xF4)
        case .json: bytes.append(contentsOf: (value ? "true" : "false").utf8)
        }
    }

    /// Writes an integer below zero in the shortest form.
    public mutating func write(negative value: Int64) {
        switch form {
        case .cbor: head(major: 1, UInt64(-1 - value))
        case .json: bytes.append(contentsOf: String(value).utf8)
        }
    }

    /// Writes a finite number: 64 bits, or the shortest text that reads back the same.
    public mutating func write(double value: Double) {
        switch form {
        case .cbor:
            bytes.append(0xFB)
            append(value.bitPattern, byteCount: 8)
        case .json:
            bytes.append(contentsOf: String(value).utf8)
        }
    }

    /// Writes null.
    public mutating func writeNull() {
        switch form {
        case .cbor: bytes.append(0xF6)
        case .json: bytes.append(contentsOf: "null".utf8)
        }
    }

    /// A map of any size, where ``record(_:)`` is for those whose fields are known.
    mutating func write(map entries: [WireValue.Entry]) {
        let outerCount = fieldCount
        fieldCount = 0
        switch form {
        case .cbor: head(major: 5, UInt64(entries.count))
        case .json: bytes.append(UInt8(ascii: "{"))
        }
        for entry in entries { put(entry.key, entry.value) }
        if form == .json { bytes.append(UInt8(ascii: "}")) }
        fieldCount = outerCount
    }

    /// Puts in a value that is already encoded in this writer's form.
    public mutating func write(encoded value: some Collection<UInt8>) {
        bytes.append(contentsOf: value)
    }

    /// Writes a field whose value is already encoded in this writer's form.
    public mutating func put(_ key: String, encoded value: some Collection<UInt8>) {
        begin(key)
        write(encoded: value)
    }

    // MARK: Details

    private mutating func begin(_ key: String) {
        if form == .json, fieldCount > 0 { bytes.append(UInt8(ascii: ",")) }
        fieldCount += 1
        write(text: key)
        if form == .json { bytes.append(UInt8(ascii: ":")) }
    }

    private mutating func head(major: UInt8, _ argument: UInt64) {
        let major = major << 5
        switch argument {
        case 0..<24:
            bytes.append(major | UInt8(argument))
        case 24..<0x100:
            bytes.append(major | 24)
            bytes.append(UInt8(argument))
        case 0x100..<0x1_0000:
            bytes.append(major | 25)
            append(argument, byteCount: 2)
        case 0x1_0000..<0x1_0000_0000:
            bytes.append(major | 26)
            append(argument, byteCount: 4)
        default:
            bytes.append(major | 27)
            append(argument, byteCount: 8)
        }
    }

    private mutating func append(_ value: UInt64, byteCount: Int) {
        for index in stride(from: byteCount - 1, through: 0, by: -1) {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(index * 8)))
        }
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            bytes.append(contentsOf: text.utf8)
        } else {
            escape(text)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ text: String) {
        let hex = Array("0123456789abcdef".utf8)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(hex[Int(byte >> 4)])
                bytes.append(hex[Int(byte & 0xF)])
            default:
                bytes.append(byte)
            }
        }
    }
}
