import CMemcheck
import Crypto

/// What is secret and what is public, told to valgrind's memcheck: it follows undefined bytes through everything that
/// is computed from them and reports a branch or an address that depends on one.
enum Memcheck {
    /// Whether anybody listens.
    static var isRunning: Bool { memcheck_is_running() != 0 }

    /// Reports so far.
    static var reportCount: UInt32 { memcheck_report_count() }

    /// A secret of `byteCount` random bytes that memcheck watches.
    static func secret(byteCount: Int) -> SecretBytes { watched(.random(byteCount: byteCount)) }

    /// The same secret, watched from here on.
    static func watched(_ secret: consuming SecretBytes) -> SecretBytes {
        secret.withUnsafeBytes { memcheck_make_secret($0.baseAddress, $0.count) }
        return secret
    }

    /// The same bytes, watched from here on.
    static func watched(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { memcheck_make_secret($0.baseAddress, $0.count) }
        return bytes
    }

    /// What leaves as public: a public key, a ciphertext, an answer.
    static func published(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { memcheck_make_public($0.baseAddress, $0.count) }
        return bytes
    }

    /// A yes or no that everyone may know.
    static func published(_ answer: Bool) -> Bool {
        // Marked in memory and read again from there: in a register it would stay what it was.
        let place = UnsafeMutablePointer<Bool>.allocate(capacity: 1)
        defer { place.deallocate() }
        place.initialize(to: answer)
        memcheck_make_public(place, 1)
        return place.pointee
    }
}
