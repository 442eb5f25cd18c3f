import CTransport

/// What a listener proves itself with. TLS 1.2 and 1.3, ECDHE with AEAD ciphers only, ALPN `http/1.1`.
///
/// State: counted by the C side and guarded by its lock there, which is why this is `Sendable`.
public final class TLSConfiguration: @unchecked Sendable {
    let handle: OpaquePointer

    /// - Parameters: PEM files: the certificate chain with the leaf first, and its private key.
    /// - Throws: ``TransportError/badCertificate(_:)``.
    public init(certificateChainFile: String, privateKeyFile: String) throws(TransportError) {
        var text = ErrorText()
        let made = text.fill { ct_tls_server(certificateChainFile, privateKeyFile, $0, $1) }
        guard let made else { throw .badCertificate(text.string) }
        handle = made
    }

    /// Later connections use the new files; running ones keep theirs. A failure leaves everything as it was.
    public func reload(certificateChainFile: String, privateKeyFile: String) throws(TransportError) {
        var text = ErrorText()
        let loaded = text.fill { ct_tls_reload(handle, certificateChainFile, privateKeyFile, $0, $1) }
        guard loaded else { throw .badCertificate(text.string) }
    }

    deinit { ct_tls_release(handle) }
}

/// Whom a client trusts. The server's name is always checked, except against a pin.
public final class TLSClientConfiguration: @unchecked Sendable {
    /// Whose certificates are believed.
    public enum Trust: Sendable {
        case systemRoots
        /// A PEM file of roots.
        case rootsFile(String)
        /// The SHA-256 of the one certificate (DER) that is accepted, 32 bytes; name and dates are not looked at.
        case pinnedCertificate(sha256: [UInt8])
    }

    let handle: OpaquePointer

    /// - Throws: ``TransportError/badCertificate(_:)``.
    public init(trust: Trust = .systemRoots) throws(TransportError) {
        var text = ErrorText()
        let made: OpaquePointer?
        switch trust {
        case .systemRoots: made = text.fill { ct_tls_client(nil, nil, $0, $1) }
        case .rootsFile(let path): made = text.fill { ct_tls_client(path, nil, $0, $1) }
        case .pinnedCertificate(let sha256):
            precondition(sha256.count == 32, "a SHA-256 has 32 bytes")
            made = text.fill { ct_tls_client(nil, sha256, $0, $1) }
        }
        guard let made else { throw .badCertificate(text.string) }
        handle = made
    }

    deinit { ct_tls_release(handle) }
}

/// Room for a message from the C side.
struct ErrorText {
    private var bytes = [CChar](repeating: 0, count: 256)

    mutating func fill<Value>(_ body: (UnsafeMutablePointer<CChar>?, Int) -> Value) -> Value {
        bytes.withUnsafeMutableBufferPointer { body($0.baseAddress, $0.count) }
    }

    var string: String {
        String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
