import Wire

/// A `delivered` frame.
enum BenchAcknowledgement {
    static func append(through number: UInt64, to outbox: inout [UInt8]) {
        let frame = ClientFrame.delivered(.init(through: QueueNumber(number)))
        WebSocketFrames.append(opcode: 2, frame.encoded(as: .cbor), to: &outbox)
    }
}
