import Testing

@testable import Wire

/// One wire type with values to try it on: its own sample first, then some made by hand.
struct Specimen: CustomTestStringConvertible, Sendable {
    let typeName: String
    let schema: Schema
    let valueCount: Int
    /// The value at an index, in a form.
    let encode: @Sendable (Int, WireForm) -> [UInt8]
    /// Reads, and says at which indices the catalogue holds the same value.
    let matches: @Sendable ([UInt8], WireContext) throws -> [Int]
    /// Reads and writes again.
    let rewrite: @Sendable ([UInt8], WireContext) throws(WireError) -> [UInt8]

    init<T: WireType & Equatable>(_ type: T.Type, _ handMade: T...) {
        let values = [T.sample] + handMade
        typeName = String(describing: type)
        schema = T.schema
        valueCount = values.count
        encode = { values[$0].encoded(as: $1) }
        matches = { (bytes, context) in
            let value = try T.decode(bytes, in: context)
            return values.indices.filter { values[$0] == value }
        }
        rewrite = { (bytes, context) throws(WireError) in
            try T.decode(bytes, in: context).encoded(as: context.form)
        }
    }

    var testDescription: String { typeName }
}

/// Every record and union that crosses the wire. `CatalogueTests` holds it against the sources.
enum Catalogue {
    static let all: [Specimen] = [
        keys, keyLog, accounts, conversations, messages, events, frames, media, images, server, printed, refusals,
    ].flatMap { $0 }

    static let refusals = [
        Specimen(Problem.self, problem),
        Specimen(DeviceMismatch.self, DeviceMismatch(missing: [], extra: [DeviceID(.max)], stale: [DeviceID(1)])),
    ]

    static let account = AccountID(bytes: SixteenBytes(high: .max, low: 0))
    static let conversation = ConversationID(bytes: SixteenBytes(high: 0, low: .max))
    static let clientID = ClientID(bytes: SixteenBytes(high: 1 << 63, low: 1))
    static let device = DevicePayload(
        device: DeviceID(.max), registrationID: registrationID(16_383), identity: identity(0xFF))
    static let epoch = Timestamp(milliseconds: 0)
    static let endOfTime = Timestamp(milliseconds: Timestamp.millisecondsMax)

    static func registrationID(_ number: UInt32) -> RegistrationID {
        guard let id = RegistrationID(number) else { preconditionFailure("not a registration id") }
        return id
    }

    static func handle(_ text: String) -> Handle {
        guard let handle = Handle(text: text) else { preconditionFailure("not a handle") }
        return handle
    }

    static func identity(_ byte: UInt8) -> IdentityPayload {
        IdentityPayload(signingKey: bytes(32, byte), agreementKey: bytes(32, ~byte))
    }

    static func bytes(_ count: Int, _ byte: UInt8 = 0xA5) -> [UInt8] { [UInt8](repeating: byte, count: count) }

    static let deviceList = DeviceListPayload(
        epoch: UInt64(UInt32.max), devices: [DevicePayload](repeating: device, count: 10), signature: bytes(64))
    static let signedPreKey = SignedPreKeyPayload(
        id: .max, key: bytes(32), createdAt: endOfTime, signature: bytes(64, 1))
    static let kemPreKey = KEMPreKeyPayload(id: 1, key: bytes(1184), signature: bytes(64))
    static let upload = PreKeyUpload(
        signedPreKey: signedPreKey, oneTimePreKeys: (1...3).map { OneTimePreKeyPayload(id: $0, key: bytes(32)) },
        lastResortPreKey: signedPreKey, kemLastResortPreKey: kemPreKey)
    static let tokens = TokenPair(
        accessToken: String(repeating: "a", count: 43), accessExpiresAt: epoch,
        refreshToken: String(repeating: "_", count: 43), refreshExpiresAt: endOfTime)
    static let sender = DeviceAddressPayload(DeviceAddress(account: account, device: DeviceID(3)))
    static let problem: Problem = {
        var problem = Problem(
            .mismatchedDevices, "ask for \"the\" list\n\u{1F510}", field: "copies[2].device", retryAfterSeconds: 86_400,
            devices: DeviceMismatch(missing: [DeviceID(1)], extra: [], stale: [DeviceID(2), DeviceID(3)]))
        problem.instance = "0123"
        return problem
    }()
}
