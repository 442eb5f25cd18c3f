import Crypto
public import Wire

/// The access and refresh token of one login, made before the command that stores them.
public struct MintedTokens: Sendable {
    let access: String
    let refresh: String
    let family: SixteenBytes

    /// - Parameter family: the family a refreshed pair stays in; a new one at login.
    public init(family: SixteenBytes? = nil) {
        access = Self.fresh()
        refresh = Self.fresh()
        self.family = family ?? ClientID.random().bytes
    }

    private static func fresh() -> String {
        SecretBytes.random(byteCount: 32).withUnsafeBytes { Base64URL.encode($0) }
    }
}

/// A bearer token as somebody presents it. The server keeps only the hash.
public struct PresentedToken: Sendable, Hashable {
    public let hash: [UInt8]

    /// `nil` unless it has the form of a token: 43 characters of base64url.
    public init?(text: some StringProtocol) {
        let token = text.utf8.withContiguousStorageIfAvailable { PresentedToken(UnsafeRawBufferPointer($0)) }
        guard let token = token ?? Array(text.utf8).withUnsafeBytes({ PresentedToken($0) }) else { return nil }
        self = token
    }

    /// Where the text lies. Of its bytes no copy is left behind.
    public init?(_ text: UnsafeRawBufferPointer) {
        var isToken = false
        let secret = SecretBytes(byteCount: 32) { isToken = Base64URL.decode(text, into: $0) }
        guard isToken else { return nil }
        hash = secret.withUnsafeBytes { (secret) in
            var digest = SHA256()
            digest.update(secret)
            return digest.finish()
        }
    }

    /// 256 random bits need no salt and no slow hash: there is nothing to guess.
    static func hash(_ secret: [UInt8]) -> [UInt8] { SHA256.hash(secret) }
}
