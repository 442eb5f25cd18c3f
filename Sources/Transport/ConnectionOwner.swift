import CTransport

/// The Swift end of one C connection: receives its callbacks, on its loop, until `closed`.
///
/// Public only because ``WebSocket`` is one. State: everything belongs to the loop's thread, which is why it is
/// `Sendable`.
public class ConnectionOwner: @unchecked Sendable {
    /// The loop the connection lives on.
    public final let loop: EventLoop
    /// One count of it is ours.
    final let handle: OpaquePointer

    /// Takes one count of `handle`.
    init(loop: EventLoop, handle: OpaquePointer) {
        self.loop = loop
        self.handle = handle
    }

    deinit { ct_release(handle) }

    func connected() {}
    func head(_ head: ct_head) {}
    func body(_ bytes: UnsafeRawBufferPointer) {}
    func bodyEnd() {}
    func refused(status: Int) {}
    func message(isBinary: Bool, _ bytes: UnsafeRawBufferPointer) {}
    func ping(_ bytes: UnsafeRawBufferPointer) {}
    func pong(_ bytes: UnsafeRawBufferPointer) {}
    func drained() {}
    func closed(_ why: TransportError, code: UInt16, reason: UnsafeRawBufferPointer) {}

    /// The owner pointer for the C side, which holds one count until `closed`.
    func retainedPointer() -> UnsafeMutableRawPointer { Unmanaged.passRetained(self).toOpaque() }

    /// The numeric address of the peer.
    public final var remoteAddress: String {
        var text = [CChar](repeating: 0, count: 46)
        let count = ct_remote_address(handle, &text, text.count, nil)
        return String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    func write(_ bytes: SharedBytes) { ct_write(handle, bytes.retainedHandle()) }

    /// The one table of callbacks, for every connection.
    nonisolated(unsafe) static let callbacks: UnsafePointer<ct_callbacks> = {
        let table = UnsafeMutablePointer<ct_callbacks>.allocate(capacity: 1)
        table.initialize(
            to: ct_callbacks(
                connected: { owner(of: $0)?.connected() },
                head: { raw, head in
                    if let head { owner(of: raw)?.head(head.pointee) }
                },
                body: { owner(of: $0)?.body(UnsafeRawBufferPointer(start: $1, count: $2)) },
                bodyEnd: { owner(of: $0)?.bodyEnd() },
                refused: { owner(of: $0)?.refused(status: Int($1)) },
                message: { owner(of: $0)?.message(isBinary: $1, UnsafeRawBufferPointer(start: $2, count: $3)) },
                ping: { owner(of: $0)?.ping(UnsafeRawBufferPointer(start: $1, count: $2)) },
                pong: { owner(of: $0)?.pong(UnsafeRawBufferPointer(start: $1, count: $2)) },
                drained: { owner(of: $0)?.drained() },
                closed: { raw, why, code, reason, count in
                    guard let raw else { return }
                    let last = Unmanaged<ConnectionOwner>.fromOpaque(raw).takeRetainedValue()
                    last.closed(
                        .init(closed: Int(why)), code: code,
                        reason: UnsafeRawBufferPointer(start: reason, count: count))
                }))
        return UnsafePointer(table)
    }()

    private static func owner(of raw: UnsafeMutableRawPointer?) -> ConnectionOwner? {
        raw.map { Unmanaged<ConnectionOwner>.fromOpaque($0).takeUnretainedValue() }
    }
}

extension TransportError {
    init(closed why: Int) {
        switch why {
        case CT_CLOSED_TIMEOUT: self = .timedOut
        case CT_CLOSED_MALFORMED: self = .malformed
        case CT_CLOSED_LOCAL: self = .closedLocally
        case CT_CLOSED_CONNECT: self = .cannotConnect
        case CT_CLOSED_TLS: self = .cannotSecure
        default: self = .closedByPeer
        }
    }
}
