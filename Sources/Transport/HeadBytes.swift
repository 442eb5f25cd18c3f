import CTransport
import Glibc

/// A head as it came. It may hold what its sender is known by, so it is zeroed as soon as nobody needs it.
///
/// State: written before `init` returns and never after, which is why this is `Sendable`.
final class HeadBytes: @unchecked Sendable {
    private let bytes: UnsafeMutableRawBufferPointer

    init(_ head: ct_head) {
        bytes = .allocate(byteCount: head.byteCount, alignment: 1)
        bytes.copyMemory(from: UnsafeRawBufferPointer(start: head.bytes, count: head.byteCount))
    }

    deinit {
        if let start = bytes.baseAddress { explicit_bzero(start, bytes.count) }
        bytes.deallocate()
    }

    var count: Int { bytes.count }

    subscript(index: Int) -> UInt8 { bytes[index] }

    /// Lends a part of them; none where it is not inside.
    func withPart<Result>(
        _ offset: UInt32, _ length: UInt32, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        let end = Int(offset) + Int(length)
        guard end <= bytes.count else { return body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        return body(UnsafeRawBufferPointer(rebasing: bytes[Int(offset)..<end]))
    }

    /// A part of them as text; bytes that are not UTF-8 are replaced.
    func text(_ offset: UInt32, _ length: UInt32) -> String {
        withPart(offset, length) { String(decoding: $0, as: UTF8.self) }
    }
}
