/// Why a request was refused, as the one asking may know it (RFC 9457, `application/problem+json`).
///
/// Every refusal of the server is one of these; ``ProblemCode`` is the whole registry. The text never holds user
/// data, key bytes or ciphertext.
public struct Problem: Error, Sendable, Equatable {
    public var code: ProblemCode
    /// A sentence for the developer who reads it: what was wrong with this request, and what to do.
    public var detail: String
    /// The field that was wrong, as a path such as `envelopes[2].body`.
    public var field: String?
    /// The request it answers, to find it in the log.
    public var instance: String?
    public var retryAfterSeconds: UInt64?
    /// How the sender's picture of a device list differs from the server's.
    public var devices: DeviceMismatch?
    /// The methods an address takes; travels as the `Allow` field, not in the body.
    public var allow: [String] = []

    public init(
        _ code: ProblemCode, _ detail: String, field: String? = nil, retryAfterSeconds: UInt64? = nil,
        devices: DeviceMismatch? = nil, allow: [String] = []
    ) {
        self.code = code
        self.detail = detail
        self.field = field
        self.retryAfterSeconds = retryAfterSeconds
        self.devices = devices
        self.allow = allow
    }

    /// The refusal of a body that did not read.
    public init(_ error: WireError) {
        self.init(.malformed, error.explanation, field: error.path.isEmpty ? nil : error.path)
    }
}

extension Problem: WireRecord {
    public init(fields: inout Fields) throws(WireError) {
        _ = try fields.text("type", length: 1...200)
        _ = try fields.text("title", length: 1...200)
        _ = try fields.number("status", in: 100...599)
        code = try fields.value("code")
        detail = try fields.text("detail", length: 0...1000)
        field = try fields.textIfPresent("field", length: 1...400)
        instance = try fields.textIfPresent("instance", length: 1...100)
        retryAfterSeconds = try fields.numberIfPresent("retryAfter", in: 0...86_400)
        devices = try fields.valueIfPresent("devices")
    }

    public func write(fields writer: inout WireWriter) {
        writer.put("type", text: code.typeURI)
        writer.put("title", text: code.title)
        writer.put("status", number: UInt64(code.status))
        writer.put("code", code)
        writer.put("detail", text: detail)
        writer.put("field", text: field)
        writer.put("instance", text: instance)
        writer.put("retryAfter", number: retryAfterSeconds)
        writer.put("devices", devices)
    }
}

/// The exact difference between the devices a sender addressed and the devices the account has.
public struct DeviceMismatch: WireRecord, Equatable {
    /// Devices that exist and were not addressed.
    public var missing: [DeviceID]
    /// Devices that were addressed and do not exist.
    public var extra: [DeviceID]
    /// Devices that were addressed under a registration id they no longer have.
    public var stale: [DeviceID]

    public init(missing: [DeviceID], extra: [DeviceID], stale: [DeviceID]) {
        self.missing = missing
        self.extra = extra
        self.stale = stale
    }

    public var isEmpty: Bool { missing.isEmpty && extra.isEmpty && stale.isEmpty }

    public init(fields: inout Fields) throws(WireError) {
        missing = try fields.list("missing", count: 0...Limits.devicesPerSendMax)
        extra = try fields.list("extra", count: 0...Limits.devicesPerSendMax)
        stale = try fields.list("stale", count: 0...Limits.devicesPerSendMax)
    }

    public func write(fields writer: inout WireWriter) {
        writer.put("missing", list: missing)
        writer.put("extra", list: extra)
        writer.put("stale", list: stale)
    }
}
