import CTransport

/// A request's body on its way to whoever reads it: whole or in chunks, with reading paused while nobody takes any.
///
/// Lives on the connection's loop.
struct BodyReader {
    /// Bytes that may wait unread before the socket is left alone.
    static let queuedByteCountMax = 256 * 1024

    typealias WholeReader = CheckedContinuation<Result<[UInt8], TransportError>, Never>
    typealias ChunkReader = CheckedContinuation<Result<[UInt8]?, TransportError>, Never>

    private enum Mode {
        case unread
        case whole(limit: Int, bytes: [UInt8], WholeReader)
        case chunks(limit: Int)
    }

    private let handle: OpaquePointer
    private var mode = Mode.unread
    private var queue: [[UInt8]] = []
    private var queuedByteCount = 0
    private var receivedByteCount = 0
    /// What counts as held for the peer.
    private var heldByteCount = 0
    private var waiting: ChunkReader?
    private var isPaused = false
    private var end: Result<Void, TransportError>?
    private var isOver: Bool { if case nil = end { false } else { true } }

    init(handle: OpaquePointer, hasBody: Bool) {
        self.handle = handle
        if !hasBody { end = .success(()) }
    }

    mutating func readWhole(limit: Int, expected: Int64?, _ reader: WholeReader) {
        guard case .unread = mode else { return reader.resume(returning: .failure(.closedLocally)) }
        switch end {
        case .failure(let error): return reader.resume(returning: .failure(error))
        case .success where receivedByteCount > 0: return reader.resume(returning: .failure(.closedLocally))
        case .success: return reader.resume(returning: .success([]))
        case nil: break
        }
        if let expected, expected > Int64(limit) {
            return reader.resume(returning: .failure(.bodyTooLarge(limitByteCount: limit)))
        }
        mode = .whole(limit: limit, bytes: [], reader)
        ct_http_read_body(handle)
    }

    /// - Returns: false when the head alone says that the body is longer than `limit`.
    mutating func readChunks(limit: Int, expected: Int64?) -> Bool {
        guard case .unread = mode else { return true }
        if let expected, expected > Int64(limit) { return false }
        mode = .chunks(limit: limit)
        ct_http_read_body(handle)
        return true
    }

    mutating func nextChunk(_ reader: ChunkReader) {
        if waiting != nil { return reader.resume(returning: .failure(.closedLocally)) } // one reader at a time
        if !queue.isEmpty {
            let chunk = queue.removeFirst()
            queuedByteCount -= chunk.count
            hold(queuedByteCount)
            if isPaused && queuedByteCount <= Self.queuedByteCountMax / 2 {
                isPaused = false
                ct_resume(handle)
            }
            return reader.resume(returning: .success(chunk))
        }
        switch end {
        case .success: reader.resume(returning: .success(nil))
        case .failure(let error): reader.resume(returning: .failure(error))
        case nil: waiting = reader
        }
    }

    mutating func received(_ bytes: UnsafeRawBufferPointer) {
        guard !isOver else { return }
        let (total, overflow) = receivedByteCount.addingReportingOverflow(bytes.count)
        receivedByteCount = overflow ? .max : total
        switch mode {
        case .unread: return
        case .whole(let limit, var collected, let reader):
            mode = .unread
            if receivedByteCount > limit {
                end = .failure(.bodyTooLarge(limitByteCount: limit))
                hold(0)
                ct_pause(handle)
                return reader.resume(returning: .failure(.bodyTooLarge(limitByteCount: limit)))
            }
            collected.append(contentsOf: bytes)
            hold(collected.capacity)
            mode = .whole(limit: limit, bytes: collected, reader)
        case .chunks(let limit):
            if receivedByteCount > limit {
                ct_pause(handle)
                return failed(.bodyTooLarge(limitByteCount: limit))
            }
            if let reader = waiting {
                waiting = nil
                return reader.resume(returning: .success(Array(bytes)))
            }
            queue.append(Array(bytes))
            queuedByteCount += bytes.count
            hold(queuedByteCount)
            if queuedByteCount > Self.queuedByteCountMax && !isPaused {
                isPaused = true
                ct_pause(handle)
            }
        }
    }

    mutating func ended() {
        guard !isOver else { return }
        end = .success(())
        if case .whole(_, let bytes, let reader) = mode {
            mode = .unread
            hold(0)
            reader.resume(returning: .success(bytes))
        }
        waiting?.resume(returning: .success(nil))
        waiting = nil
    }

    mutating func failed(_ error: TransportError) {
        guard !isOver else { return }
        end = .failure(error)
        if case .whole(_, _, let reader) = mode {
            mode = .unread
            hold(0)
            reader.resume(returning: .failure(error))
        }
        waiting?.resume(returning: .failure(error))
        waiting = nil
    }

    /// The exchange is over: what nobody took is let go.
    mutating func over() {
        failed(.closedLocally)
        guard !queue.isEmpty else { return }
        queue = []
        queuedByteCount = 0
        hold(0)
        end = .failure(.closedLocally)
    }

    private mutating func hold(_ byteCount: Int) {
        ct_hold(handle, Int64(byteCount - heldByteCount))
        heldByteCount = byteCount
    }
}
