import Crypto
public import Wire

/// The checksum of one request's body, as the tus extension has it: `sha1 <base64>` or `sha256 <base64>`.
public final class UploadChecksum: @unchecked Sendable {
    // Unchecked because one request has it, one call after the other.
    /// By the names of the specification, which wants the first.
    public enum Algorithm: String, Sendable, CaseIterable { case sha1, sha256 }

    private let expected: [UInt8]
    private var sha1: SHA1?
    private var sha256: SHA256?

    /// - Throws: `malformed` for another algorithm, or what is no digest of it.
    public init(field: String) throws(Problem) {
        let parts = field.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, let algorithm = Algorithm(rawValue: String(parts[0])) else {
            let known = Algorithm.allCases.map(\.rawValue).joined(separator: " or ")
            throw Problem(.malformed, "A checksum is \(known), a space and base64.", field: "Upload-Checksum")
        }
        guard let digest = Base64.decode(parts[1]), digest.count == (algorithm == .sha1 ? 20 : 32) else {
            throw Problem(.malformed, "That is no \(algorithm.rawValue) in base64.", field: "Upload-Checksum")
        }
        expected = digest
        sha1 = algorithm == .sha1 ? SHA1() : nil
        sha256 = algorithm == .sha256 ? SHA256() : nil
    }

    func update(_ bytes: [UInt8]) {
        sha1?.update(bytes)
        sha256?.update(bytes)
    }

    /// Whether the bytes so far are those it is of. Asked once, at the end.
    func isRight() -> Bool {
        guard let digest = sha1.take()?.finish() ?? sha256.take()?.finish() else { return false }
        return ConstantTime.equal(digest, expected)
    }
}
