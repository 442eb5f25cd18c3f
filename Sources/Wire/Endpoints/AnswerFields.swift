/// Fields of answers, for the description. Which of them an answer carries, its kind says, or the endpoint
/// (``EndpointFacts/answers``).
public enum AnswerFields {
    /// Of every answer.
    public static let requestID = text("X-Request-Id", 22, "Names the request in the server's log.")
    public static let contentTypeOptions = text("X-Content-Type-Options", 7, "`nosniff`.")
    public static let cacheControl = text("Cache-Control", 100, "Whether it may be kept.")
    public static let vary = text("Vary", 100, "Which fields of the request would get another answer.")
    public static let every = [requestID, contentTypeOptions, cacheControl, vary]

    /// Of what the bucket of requests counted.
    public static let rateLimit = text("RateLimit", 200, "What is left in the bucket of requests.")
    public static let rateLimitPolicy = text(
        "RateLimit-Policy", 200, "How much the bucket of requests holds, and over how many seconds it fills.")

    /// Of answers of a kind.
    public static let entityTag = text("ETag", 100, "Of these bytes, to be sent back in `If-None-Match`.")
    public static let replayed = text("Idempotent-Replayed", 4, "`true`: the kept answer of an earlier request.")
    public static let retryAfter = number("Retry-After", 0...86_400, "Seconds, where waiting helps.")
    public static let allow = text("Allow", 200, "The methods that this address takes.")
    public static let authenticate = text("WWW-Authenticate", 200, "`Bearer`.")
    public static let deprecation = text("Deprecation", 100, "Since when there is a better way (RFC 9745).")
    public static let sunset = text("Sunset", 100, "When it is gone (RFC 8594).")

    /// Of bytes that may come in parts.
    public static let acceptRanges = text("Accept-Ranges", 5, "`bytes`.")
    public static let contentRange = text("Content-Range", 100, "Which bytes these are, and of how many.")
    public static let contentSecurityPolicy = text("Content-Security-Policy", 200, "They are no page.")
    public static let crossOriginPolicy = text("Cross-Origin-Resource-Policy", 20, "`cross-origin`.")
    public static let disposition = text("Content-Disposition", 20, "`attachment`.")
    static let download = [entityTag, acceptRanges, contentSecurityPolicy, crossOriginPolicy]

    /// Of uploads (tus 1.0).
    static let tus = [
        Endpoints.tusResumable.facts, text("Tus-Version", 100, "The versions of tus that are spoken."),
    ]
    static let tusAbilities = [
        text("Tus-Extension", 200, "The extensions of tus that are spoken."),
        text("Tus-Checksum-Algorithm", 100, "The digests that `Upload-Checksum` may name."),
        number("Tus-Max-Size", 1...Limits.mediaByteCountMax, "Bytes of one file at most."),
    ]
    static let uploadOffset = number("Upload-Offset", 0...Limits.mediaByteCountMax, "How many bytes are durable.")
    static let uploadExpires = text("Upload-Expires", 29, "When the upload ends, if it is not complete by then.")
    static let created = [
        text("Location", 200, "The upload."), uploadExpires, text("Sotto-Media", 22, "The media it becomes."),
        text("Sotto-Delete-Capability", 43, "Deletes them, in place of an access token."), uploadOffset,
    ]

    private static func text(_ name: String, _ lengthMax: Int, _ summary: String) -> ParameterFacts {
        ParameterFacts(name: name, schema: .text(length: 1...lengthMax), summary: summary)
    }

    private static func number(_ name: String, _ range: ClosedRange<UInt64>, _ summary: String) -> ParameterFacts {
        ParameterFacts(name: name, schema: .integer(range), summary: summary)
    }
}
