import CSodium
import Glibc
import Synchronization

/// In place of the system's random source, a sequence that depends on a name alone; and a list of what was drawn, so
/// that a vector can tell the secrets that an operation made for itself.
///
/// Draw number *n* (from 0, 8 bytes, big-endian) of a sequence gives the ChaCha20 keystream (RFC 8439, zero nonce,
/// counter 0) under SHA-256(name, zero byte, *n*).
enum SeededRandom {
    private struct State {
        var name: [UInt8] = []
        var count: UInt64 = 0
        var draws: [[UInt8]] = []
    }

    private static let state = Mutex(State())

    /// From here on everything that libsodium would draw comes from here.
    static func install() {
        // Kept for as long as the process lives.
        let implementation = UnsafeMutablePointer<randombytes_implementation>.allocate(capacity: 1)
        implementation.initialize(
            to: randombytes_implementation(
                implementation_name: { UnsafePointer(strdup("seeded")) },
                random: { SeededRandom.number() }, stir: nil, uniform: nil,
                buf: { (buffer, count) in
                    guard let buffer else { return }
                    buffer.copyMemory(from: SeededRandom.draw(count), byteCount: count)
                },
                close: nil))
        precondition(randombytes_set_implementation(implementation) == 0, "libsodium takes a source")
    }

    /// Begins the sequence of that name.
    static func start(_ name: String) { state.withLock { $0 = State(name: Array(name.utf8)) } }

    /// Forgets what was drawn so far; the sequence goes on.
    static func listen() { state.withLock { $0.draws = [] } }

    /// What was drawn since the sequence began, or since ``listen()``.
    static var draws: [[UInt8]] { state.withLock { $0.draws } }

    private static func draw(_ count: Int) -> [UInt8] {
        state.withLock { (state) in
            var seed = [UInt8](repeating: 0, count: 32)
            let number = withUnsafeBytes(of: state.count.bigEndian) { Array($0) }
            let input = state.name + [0] + number
            crypto_hash_sha256(&seed, input, UInt64(input.count))
            var bytes = [UInt8](repeating: 0, count: count)
            let nonce = [UInt8](repeating: 0, count: 12)
            crypto_stream_chacha20_ietf(&bytes, UInt64(count), nonce, seed)
            state.count += 1
            state.draws.append(bytes)
            return bytes
        }
    }

    private static func number() -> UInt32 { draw(4).reduce(0) { $0 << 8 | UInt32($1) } }
}
