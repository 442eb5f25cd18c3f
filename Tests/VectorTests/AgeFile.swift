@testable import Crypto

/// A file in the age format (C2SP, age), as far as its published vectors need it: X25519 recipients.
struct AgeFile {
    /// Why a file is refused, in the words of the vectors.
    enum Failure: String, Error {
        case header = "header failure"
        case noMatch = "no match"
        case tag = "HMAC failure"
        case payload = "payload failure"
    }

    private struct Stanza {
        let arguments: [String]
        let body: [UInt8]
    }

    private let stanzas: [Stanza]
    /// Everything up to the dashes before the tag.
    private let authenticated: [UInt8]
    private let tag: [UInt8]
    private let nonce: [UInt8]
    /// The sealed stream.
    let payload: [UInt8]

    init(_ bytes: [UInt8]) throws(Failure) {
        var rest = bytes[...]
        guard Self.line(&rest) == "age-encryption.org/v1" else { throw .header }
        var stanzas: [Stanza] = []
        while let line = Self.line(&rest) {
            if line.hasPrefix("--- ") {
                guard let tag = Self.base64(line.dropFirst(4)), tag.count == 32, rest.count >= 16 else {
                    throw .header
                }
                self.stanzas = stanzas
                self.tag = tag
                // All but the space, the tag's 43 letters and the end of the line.
                authenticated = Array(bytes[..<(rest.startIndex - 45)])
                nonce = Array(rest.prefix(16))
                payload = Array(rest.dropFirst(16))
                return
            }
            guard line.hasPrefix("-> ") else { throw .header }
            var letters = ""
            while let part = Self.line(&rest) {
                letters += part
                if part.utf8.count < 64 { break }
            }
            guard let body = Self.base64(letters[...]) else { throw .header }
            let arguments = line.dropFirst(3).split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            stanzas.append(Stanza(arguments: arguments, body: body))
        }
        throw .header
    }

    /// The key of the payload, for whoever has `identity`.
    func payloadKey(_ identity: borrowing X25519.PrivateKey) throws(Failure) -> SealedStream.Key {
        for stanza in stanzas where stanza.arguments.first == "X25519" {
            guard stanza.arguments.count == 2, stanza.body.count == 32,
                  let bytes = Self.base64(stanza.arguments[1][...]),
                  let ephemeral = try? X25519.PublicKey(bytes),
                  let secret = identity.secret(with: ephemeral) else { throw .header }
            let wrapping = HKDF.derive(
                .sha256, salt: bytes + identity.publicKey.bytes, input: secret,
                info: Array("age-encryption.org/v1/X25519".utf8), byteCount: 32)
            let key = ChaCha20Poly1305.Key(checked: wrapping)
            guard let fileKey = try? ChaCha20Poly1305.open(stanza.body, key: key, nonce: .zero, binding: []) else {
                continue
            }
            guard fileKey.count == 16 else { throw .header }
            let secretFileKey = SecretBytes(copying: fileKey)
            let tagKey = HKDF.derive(
                .sha256, salt: [], input: secretFileKey, info: Array("header".utf8), byteCount: 32)
            guard HMAC.verifies(tag, .sha256, key: tagKey, over: authenticated) else { throw .tag }
            return SealedStream.Key(ageFileKey: secretFileKey, nonce: nonce)
        }
        throw .noMatch
    }

    /// The next line of `rest`, without its end.
    private static func line(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard let end = rest.firstIndex(of: 0x0A) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return String(decoding: rest[..<end], as: UTF8.self)
    }

    /// Base64 without padding, in its one right form.
    private static func base64(_ letters: Substring) -> [UInt8]? {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var (bits, bitCount): (UInt32, UInt32) = (0, 0)
        var bytes: [UInt8] = []
        for letter in letters.utf8 {
            guard let value = alphabet.firstIndex(of: letter) else { return nil }
            bits = bits << 6 | UInt32(value)
            bitCount += 6
            guard bitCount >= 8 else { continue }
            bitCount -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
        }
        guard bitCount < 6, bits & (1 << bitCount - 1) == 0 else { return nil }
        return bytes
    }

    /// The private key in `AGE-SECRET-KEY-1…` (Bech32, BIP 173; the checksum is not looked at).
    static func identity(_ text: String) -> X25519.PrivateKey? {
        let alphabet = Array("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L".utf8)
        guard text.hasPrefix("AGE-SECRET-KEY-1") else { return nil }
        var (bits, bitCount): (UInt32, UInt32) = (0, 0)
        var bytes: [UInt8] = []
        for letter in text.utf8.dropFirst("AGE-SECRET-KEY-1".utf8.count).dropLast(6) {
            guard let value = alphabet.firstIndex(of: letter) else { return nil }
            bits = bits << 5 | UInt32(value)
            bitCount += 5
            guard bitCount >= 8 else { continue }
            bitCount -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
        }
        return try? X25519.PrivateKey(SecretBytes(copying: bytes))
    }
}
