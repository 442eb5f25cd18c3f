/// Why a request was refused, as the one asking may know it (RFC 9457, `application/problem+json`).
///
/// Every refusal of the server is one of these; ``ProblemCode`` is the whole registry. The text never holds user
/// data, key bytes or ciphertext.
public struct Problem: Error, Sendable, Equatable {
    public var code: ProblemCode
    /// The HTTP status: that of the code, what came beside one of a later version, or a closer one of HTTP's own.
    public private(set) var status: Int
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
    /// What the code of a later version is called (``word``).
    private var laterWord: String?

    public init(
        _ code: ProblemCode, _ detail: String, field: String? = nil, retryAfterSeconds: UInt64? = nil,
        devices: DeviceMismatch? = nil, allow: [String] = [], status: Int? = nil
    ) {
        self.code = code
        self.status = status ?? code.status
        self.detail = detail
        self.field = field
        self.retryAfterSeconds = retryAfterSeconds
        self.devices = devices
        self.allow = allow
    }

    /// The code as it travels: also of one of a later version, where it is 1 to 64 of `a` to `z`, `0` to `9` and `-`,
    /// and `later` where it is not.
    public var word: String { laterWord ?? code.rawValue }

    /// The refusal of a body that did not read.
    public init(_ error: WireError) {
        self.init(.malformed, error.explanation, field: error.path.isEmpty ? nil : error.path)
    }
}

extension Problem: WireRecord {
    public init(fields: inout Fields<Self>) throws(WireError) {
        let type = try fields.text("type", \.code.typeURI, length: 1...200)
        _ = try fields.text("title", \.code.title, length: 1...200)
        let status = try fields.number("status", { UInt64($0.status) }, in: 100...599)
        code = try fields.value("code", \.code)
        self.status = code == .later ? Int(status) : code.status
        laterWord = code == .later ? ProblemCode.word(ofType: type) : nil
        detail = try fields.text("detail", \.detail, length: 0...1000)
        field = try fields.textIfPresent("field", \.field, length: 1...400)
        instance = try fields.textIfPresent("instance", \.instance, length: 1...100)
        retryAfterSeconds = try fields.numberIfPresent("retryAfter", \.retryAfterSeconds)
        devices = try fields.valueIfPresent("devices", \.devices)
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

    public var isEmpty: Bool { missing.isEmpty && extra.isEmpty && stale.isEmpty }

    public init(fields: inout Fields<Self>) throws(WireError) {
        missing = try fields.list("missing", \.missing, count: 0...Limits.devicesPerSendMax)
        extra = try fields.list("extra", \.extra, count: 0...Limits.devicesPerSendMax)
        stale = try fields.list("stale", \.stale, count: 0...Limits.devicesPerSendMax)
    }
}
