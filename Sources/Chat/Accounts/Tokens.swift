import Crypto
public import Wire

/// The access and refresh token of one login, made before the command that stores them.
public struct MintedTokens: Sendable {
    let access: String
    let refresh: String
    let family: SixteenBytes

    /// - Parameter family: the family a refreshed pair stays in; a new one at login.
    public init(family: SixteenBytes? = nil) {
        access = Base64URL.encode(RandomBytes.make(byteCount: 32))
        refresh = Base64URL.encode(RandomBytes.make(byteCount: 32))
        self.family = family ?? ClientID.random().bytes
    }
}

/// A bearer token as somebody presents it. The server keeps only the hash.
public struct PresentedToken: Sendable, Hashable {
    public let hash: [UInt8]

    /// `nil` unless it has the form of a token: 43 characters of base64url.
    public init?(text: some StringProtocol) {
        guard let secret = Base64URL.decode(text), secret.count == 32 else { return nil }
        hash = Self.hash(secret)
    }

    /// 256 random bits need no salt and no slow hash: there is nothing to guess.
    static func hash(_ secret: [UInt8]) -> [UInt8] { SHA256.hash(secret) }
}
