/// What a signature is for. The same key signs several kinds of thing; its context keeps one kind from passing for
/// another.
///
/// What is signed, always:
///
/// | size | field |
/// |---|---|
/// | 14…31 | the context, ASCII |
/// | 1 | zero |
/// | rest | the content |
///
/// No context holds a zero byte, so no context and content read as another pair.
package enum SignatureContext: String, CaseIterable, Sendable {
    case deviceList = "Sotto device list v1"
    case signedPreKey = "Sotto signed prekey v1"
    case lastResortPreKey = "Sotto last-resort prekey v1"
    case kemOneTimePreKey = "Sotto KEM one-time prekey v1"
    case kemLastResortPreKey = "Sotto KEM last-resort prekey v1"
    case login = "Sotto login v1"
    case accountDeletion = "Sotto account deletion v1"
    case treeHead = "Sotto tree head v1"
    case treeHeadCosignature = "Sotto tree head cosignature v1"
    case senderCertificate = "Sotto sender certificate v1"

    /// The bytes that are signed for `content`.
    package func signedBytes(_ content: [UInt8]) -> [UInt8] {
        Array(rawValue.utf8) + [0] + content
    }
}
