import Transport
import Wire

/// Which web pages may speak to this server (the Fetch standard's CORS protocol). None, unless told.
///
/// Tokens travel in a header of their own and never in a cookie, so a foreign page has nothing to ride on; the list
/// says who may read answers all the same.
struct Origins: Sendable {
    let allowed: Set<String>

    init(_ origins: [String]) { allowed = Set(origins) }

    /// The fields that let the asking page read an answer; none for a page that is not on the list.
    func headers(for head: RequestHead) -> [(String, String)] {
        guard !allowed.isEmpty else { return [] }
        guard let origin = head.headers["origin"], allowed.contains(origin) else { return [("Vary", "Origin")] }
        let exposed = """
            Accept-Ranges, Content-Range, ETag, Idempotent-Replayed, Location, RateLimit, RateLimit-Policy, \
            Retry-After, Sotto-Delete-Capability, Sotto-Media, Tus-Checksum-Algorithm, Tus-Extension, Tus-Max-Size, \
            Tus-Resumable, Tus-Version, Upload-Expires, Upload-Length, Upload-Offset, X-Request-Id
            """
        return [
            ("Access-Control-Allow-Origin", origin), ("Access-Control-Expose-Headers", exposed), ("Vary", "Origin"),
        ]
    }

    /// The answer to a preflight; `nil` for what is none, or comes from a page that is not on the list.
    func preflight(_ head: RequestHead) -> [(String, String)]? {
        guard head.method == "OPTIONS", head.headers["access-control-request-method"] != nil,
            let origin = head.headers["origin"], allowed.contains(origin)
        else { return nil }
        let fields = """
            Accept, Authorization, Backup-Token, Content-Type, Delivery-Token, Idempotency-Key, If-Match, \
            If-None-Match, If-Range, \
            Range, Sotto-Delete-Capability, Tus-Resumable, Upload-Checksum, Upload-Length, Upload-Metadata, \
            Upload-Offset, X-HTTP-Method-Override
            """
        return [
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Allow-Methods", Method.allCases.map(\.rawValue).joined(separator: ", ")),
            ("Access-Control-Allow-Headers", fields), ("Access-Control-Max-Age", "600"), ("Vary", "Origin"),
        ]
    }

    /// A browser always says which page opens a socket; one that is neither on the list nor of this server is turned
    /// away. Other clients send no origin.
    /// - Throws: `forbidden`.
    func checkSocket(_ head: RequestHead) throws(Problem) {
        guard let origin = head.headers["origin"], !allowed.contains(origin), !isOwn(origin, head) else { return }
        throw Problem(.forbidden, "This page may not open a socket here; see --cors-origins.", field: "Origin")
    }

    /// Whether the page came from the host that it asks now. A proxy that ends TLS changes the scheme and not the host.
    private func isOwn(_ origin: String, _ head: RequestHead) -> Bool {
        guard let host = head.host?.lowercased() else { return false }
        return origin == "https://\(host)" || origin == "http://\(host)"
    }
}
