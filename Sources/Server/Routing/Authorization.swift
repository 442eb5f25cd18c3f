import Chat
import Transport

/// What a request shows in `Authorization`. The token is read where it lies, so that no text of it stays in memory.
struct Authorization: Sendable {
    /// `nil` for what is no bearer token of ours.
    let token: PresentedToken?

    /// `nil` where the field is not there.
    init?(_ headers: HeaderFields) {
        guard let found = headers.withBytes(of: "authorization", { Authorization(field: $0) }) else { return nil }
        self = found
    }

    init(field value: UnsafeRawBufferPointer) { token = Self.bearer(value) }

    /// RFC 6750, section 2.1.
    private static func bearer(_ value: UnsafeRawBufferPointer) -> PresentedToken? {
        let scheme = "bearer ".utf8
        let shown = value.prefix(scheme.count)
        guard shown.count == scheme.count, zip(shown, scheme).allSatisfy({ ($0 | 0x20) == $1 }) else { return nil }
        return PresentedToken(UnsafeRawBufferPointer(rebasing: value.dropFirst(scheme.count)))
    }
}
