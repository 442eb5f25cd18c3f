import Crypto
import Testing

@testable import Ratchet

/// Mirrors `ChainKey`, `RootStep`, `HandshakeSecret` and `SkippedKeys`.
///
/// Expected values come from another implementation of the same tables, in Python's hmac and hashlib.
@Suite struct KeyScheduleTests {
    @Test("a chain gives the keys that its table says, each once")
    func chain() {
        var chain = ChainKey(SecretBytes(copying: [UInt8](0..<32)), number: 0)
        let first = chain.messageKey().exportUnprotected()
        #expect(first == Hex.decode("9b4c8120a4823a95f47cde17a244f4507244ee6e3957d1fab9fa29b44d3829b7"))
        chain.advance()
        let second = chain.messageKey().exportUnprotected()
        #expect(second == Hex.decode("f7703c39dea9feb30cb6369304ad7b847b9aca58c1152af317aa78a91beddda1"))
        let number = chain.number
        #expect(number == 1)
    }

    @Test("a root and a shared secret give the next root and a chain that begins at zero")
    func root() {
        let step = RootStep(
            root: SecretBytes(copying: [UInt8](repeating: 7, count: 32)),
            shared: SecretBytes(copying: [UInt8](repeating: 9, count: 32)))
        let root = step.root.exportUnprotected()
        let first = step.chain.messageKey().exportUnprotected()
        let number = step.chain.number
        #expect(root == Hex.decode("0a25b5a409c11962558362a06fae26ecfbba965b93867bb6b2089c76f6da81fb"))
        #expect(first == Hex.decode("cf66062c5b95b5a414e7bd3e4afd14b555726af255d2381058b3341c6375efec"))
        #expect(number == 0)
    }

    @Test("a handshake's shared secrets and transcript give the first root key")
    func handshake() {
        var secret = HandshakeSecret()
        for value in UInt8(1)...5 { secret.add(SecretBytes(copying: [UInt8](repeating: value, count: 32))) }
        let root = secret.root(transcript: Array("transcript".utf8)).exportUnprotected()
        #expect(root == Hex.decode("45c9da98e5f6a8f2e019f462a4a45244999cf1edebb8bb49ae88a31433cb6170"))
    }

    @Test("a chain walked ahead gives the same keys as one step at a time")
    func walk() {
        let start = ChainKey(SecretBytes(copying: [UInt8](0..<32)), number: 5)
        var walked = start.duplicate()
        let keys = SkippedKeys.keys(of: &walked, count: 40).exportUnprotected()
        var stepped = start.duplicate()
        for index in 0..<40 {
            let key = stepped.messageKey().exportUnprotected()
            #expect(Array(keys[(32 * index)..<(32 * index + 32)]) == key)
            stepped.advance()
        }
        let (first, second) = (walked.messageKey().exportUnprotected(), stepped.messageKey().exportUnprotected())
        let number = walked.number
        #expect(first == second && number == 45)
    }
}

/// Hexadecimal text for expected values in tests.
enum Hex {
    static func decode(_ text: String) -> [UInt8] {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
