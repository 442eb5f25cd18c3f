/// Deletes the account that asks, for good: a challenge that was given to the asking device, with the account's
/// signature (Ed25519, 64 bytes) over it; docs/protocol/accounts.md draws the signed bytes.
public struct AccountDeletionRequest: WireRecord, Equatable {
    public var challenge: [UInt8]
    public var signature: [UInt8]

    public init(fields: inout Fields<Self>) throws(WireError) {
        challenge = try fields.bytes("challenge", \.challenge, count: 32)
        signature = try fields.bytes("signature", \.signature, count: 64)
    }
}
