/// A ciphertext was not made with this key, nonce and bound data, or was changed since. No more is said on purpose.
public struct AuthenticationFailure: Error, Equatable, Sendable {
    public init() {}
}
