// How the small values stand on the wire: identifiers, numbers, flags, enumerations.

extension WireType where Self: RandomIdentifier {
    public init(wire value: WireValue, in context: WireContext) throws(WireError) {
        let bytes = try [UInt8].read(value, in: context)
        guard let identifier = Self(bytes) else { throw WireError(.outOfBounds("must be an identifier of 16 bytes")) }
        self = identifier
    }

    public func write(to writer: inout WireWriter) { writer.write(sixteen: bytes) }

    public static var schema: Schema {
        .formatted(name: String(describing: Self.self), pattern: "[A-Za-z0-9_-]{21}[AQgw]", cbor: .bytes(count: 16))
    }

    public static var sample: Self { Self(bytes: SixteenBytes(high: 0x0123_4567_89AB_CDEF, low: 0x1)) }
}

extension AccountID: WireType {}
extension ConversationID: WireType {}
extension BackupID: WireType {}
extension ClientID: WireType {}
extension MediaID: WireType {}
extension IncarnationID: WireType {}

/// A number that is text in JSON, because JavaScript loses integers above 2^53.
extension MessageID: WireType {
    public init(wire value: WireValue, in context: WireContext) throws(WireError) {
        switch (context.form, value) {
        case (.cbor, .unsigned(let number)):
            self.init(number)
        case (.json, .text(let text)):
            guard let id = MessageID(text: text) else {
                throw WireError(.outOfBounds("must be a decimal number of 64 bits"))
            }
            self = id
        default:
            throw WireError(.wrongType(expected: "a message id", found: value.kind))
        }
    }

    public func write(to writer: inout WireWriter) {
        switch writer.form {
        case .cbor: writer.write(number: rawValue)
        case .json: writer.write(text: description)
        }
    }

    public static var schema: Schema {
        .formatted(name: "MessageID", pattern: "(0|[1-9][0-9]{0,19})", cbor: .unsigned)
    }

    public static var sample: Self { MessageID(7_000_000_000_000_001) }
}

/// Wraps an integer with bounds of its own.
protocol WireNumber: WireType {
    static var bounds: ClosedRange<UInt64> { get }
    static func make(_ number: UInt64) -> Self?
    var number: UInt64 { get }
}

extension WireNumber {
    public init(wire value: WireValue, in context: WireContext) throws(WireError) {
        guard case .unsigned(let number) = value else {
            throw WireError(.wrongType(expected: "an integer", found: value.kind))
        }
        guard Self.bounds.contains(number), let made = Self.make(number) else {
            throw WireError(.outOfBounds("must be from \(Self.bounds.lowerBound) to \(Self.bounds.upperBound)"))
        }
        self = made
    }

    public func write(to writer: inout WireWriter) { writer.write(number: number) }
    public static var schema: Schema { .integer(bounds) }
    public static var sample: Self {
        guard let sample = make(bounds.lowerBound) else { preconditionFailure("a bound outside its own type") }
        return sample
    }
}

extension DeviceID: WireNumber {
    static var bounds: ClosedRange<UInt64> { 1...UInt64(UInt32.max) }
    static func make(_ number: UInt64) -> Self? { UInt32(exactly: number).map { DeviceID($0) } }
    var number: UInt64 { UInt64(rawValue) }
}

extension RegistrationID: WireNumber {
    static var bounds: ClosedRange<UInt64> { UInt64(range.lowerBound)...UInt64(range.upperBound) }
    static func make(_ number: UInt64) -> Self? { UInt32(exactly: number).flatMap { RegistrationID($0) } }
    var number: UInt64 { UInt64(rawValue) }
}

extension Shard: WireNumber {
    static var bounds: ClosedRange<UInt64> { UInt64(range.lowerBound)...UInt64(range.upperBound) }
    static func make(_ number: UInt64) -> Self? { UInt16(exactly: number).flatMap { Shard($0) } }
    var number: UInt64 { UInt64(rawValue) }
}

extension SequenceNumber: WireNumber {
    static var bounds: ClosedRange<UInt64> { 0...UInt64(1) << 53 }
    static func make(_ number: UInt64) -> Self? { SequenceNumber(number) }
    var number: UInt64 { rawValue }
}

extension QueueNumber: WireNumber {
    static var bounds: ClosedRange<UInt64> { 0...UInt64(1) << 53 }
    static func make(_ number: UInt64) -> Self? { QueueNumber(number) }
    var number: UInt64 { rawValue }
}

/// A value passed on as it is, for another layer to read.
extension WireValue: WireType {
    public init(wire value: WireValue, in context: WireContext) throws(WireError) { self = value }

    public func write(to writer: inout WireWriter) {
        switch self {
        case .null: writer.writeNull()
        case .boolean(let flag): writer.write(flag: flag)
        case .unsigned(let number): writer.write(number: number)
        case .negative(let number): writer.write(negative: number)
        case .double(let number): writer.write(double: number)
        case .text(let text): writer.write(text: text)
        case .bytes(let bytes): writer.write(bytes: bytes)
        case .list(let items): writer.write(list: items)
        case .map(let entries): writer.write(map: entries)
        }
    }

    public static var schema: Schema { .any }
    public static var sample: WireValue { .map([]) }
}
