import Testing

@testable import Crypto

@Suite struct CBytesTests {
    @Test("an empty buffer without an address has one for C, and others keep theirs")
    func addresses() {
        let empty = [
            UnsafeRawBufferPointer(start: nil, count: 0).bytes, UnsafeBufferPointer<UInt8>(start: nil, count: 0).bytes,
            UnsafePointer(UnsafeMutableRawBufferPointer(start: nil, count: 0).bytes),
            UnsafePointer(UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0).bytes),
        ]
        #expect(Set(empty).count == 1)
        [UInt8]([7]).withUnsafeBufferPointer { buffer in
            #expect(buffer.bytes == buffer.baseAddress && buffer.bytes.pointee == 7)
        }
    }
}
