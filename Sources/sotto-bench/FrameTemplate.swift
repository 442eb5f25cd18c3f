import Wire

/// A send or post that is encoded once: each use copies it and counts its client id and its mark up.
///
/// The mark is the first 16 bytes of the body, the count in hexadecimal: what the reader knows the message by.
struct FrameTemplate {
    static let markByteCount = 16

    private let bytes: [UInt8]
    private let clientIDOffset: Int
    private let markOffset: Int

    /// A send to one device.
    init(to recipient: BenchAccount, bodyByteCount: Int) throws(BenchError) {
        let (body, clientID) = (Self.body(bodyByteCount), Self.clientID())
        let copy = DeviceCopy(device: BenchAccount.device, registrationID: recipient.registration, body: body)
        let request = SendRequest(clientID: clientID, copies: [copy])
        try self.init(.send(.init(to: recipient.id, request: request)), clientID, body)
    }

    /// A post of text to a conversation.
    init(to conversation: ConversationID, textByteCount: Int) throws(BenchError) {
        let (body, clientID) = (Self.body(textByteCount), Self.clientID())
        let request = PostRequest(clientID: clientID, text: String(decoding: body, as: UTF8.self))
        try self.init(.post(.init(conversation: conversation, request: request)), clientID, body)
    }

    private init(_ frame: ClientFrame, _ clientID: ClientID, _ body: [UInt8]) throws(BenchError) {
        let payload = frame.encoded(as: .cbor)
        var bytes: [UInt8] = []
        WebSocketFrames.append(opcode: 2, payload, to: &bytes)
        guard let id = bytes.firstRange(of: clientID.bytes.array), let mark = bytes.firstRange(of: body) else {
            throw .usage("a frame without its own body")
        }
        self.bytes = bytes
        clientIDOffset = id.lowerBound
        markOffset = mark.lowerBound
    }

    /// Appends the message number `count`.
    func append(_ count: UInt64, to outbox: inout [UInt8]) {
        let start = outbox.count
        outbox.append(contentsOf: bytes)
        outbox.withUnsafeMutableBytes { (all) in
            for place in 0..<8 {
                all[start + clientIDOffset + 8 + place] = UInt8(truncatingIfNeeded: count >> UInt64(56 - 8 * place))
            }
            for place in 0..<Self.markByteCount {
                let digit = UInt8(truncatingIfNeeded: count >> UInt64(60 - 4 * place)) & 0xF
                all[start + markOffset + place] = digit < 10 ? 0x30 + digit : 0x57 + digit
            }
        }
    }

    /// Text, so that one body serves sealed and open messages; what is in it does not matter to the server.
    private static func body(_ byteCount: Int) -> [UInt8] {
        let letters = Array("abcdefghijklmnopqrstuvwxyz ".utf8)
        return (0..<max(markByteCount, byteCount)).map { _ in letters.randomElement() ?? 0x20 }
    }

    /// Random in its first half, so that no two senders share one; the count goes into the second.
    private static func clientID() -> ClientID {
        ClientID(bytes: SixteenBytes(high: .random(in: 0...UInt64.max), low: .random(in: 0...UInt64.max)))
    }
}
