import Wire

/// What a model phone writes into a body, in place of a ciphertext: who sent it, the how manieth it is, and which of
/// its own sends the sender knew to be accepted when it sent this one.
struct Parcel: Hashable {
    var sender: DeviceAddress
    var ordinal: UInt64
    /// Zero for none.
    var after: UInt64

    var client: ClientID {
        ClientID(bytes: SixteenBytes(high: sender.account.bytes.low ^ UInt64(sender.device.rawValue), low: ordinal))
    }

    var body: [UInt8] {
        Array("\(sender.account) \(sender.device.rawValue) \(ordinal) \(after)".utf8)
    }

    init(sender: DeviceAddress, ordinal: UInt64, after: UInt64) {
        self.sender = sender
        self.ordinal = ordinal
        self.after = after
    }

    init?(_ body: [UInt8]) {
        let words = String(decoding: body, as: UTF8.self).split(separator: " ")
        guard words.count == 4, let account = AccountID(text: words[0]), let device = UInt32(words[1]),
            let ordinal = UInt64(words[2]), let after = UInt64(words[3])
        else { return nil }
        self.init(
            sender: DeviceAddress(account: account, device: DeviceID(device)), ordinal: ordinal, after: after)
    }
}
