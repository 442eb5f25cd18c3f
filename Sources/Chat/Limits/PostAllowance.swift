import Wire

/// How many bytes an account may post into conversations: so many at once, and again over a day. Logs are kept for
/// ever, so what counts is what an account writes and not what is left of it. Kept in memory: a restart begins anew.
public struct PostAllowance: Sendable {
    /// A gibibyte a day.
    public static let usual = Rate(burst: 1_073_741_824, perSecond: 1_073_741_824 / 86_400)

    /// A post takes about so much beside what it says.
    static let overheadByteCount = 512

    private let bytes: RateLimiter<AccountID>

    /// - Parameter rate: in bytes.
    public init(_ rate: Rate = Self.usual) {
        bytes = RateLimiter(name: "posted bytes", rate: rate)
    }

    /// Counts a post.
    /// - Throws: `quota-exceeded`, and counts nothing.
    func take(_ request: PostRequest, by account: AccountID, now: Timestamp) throws(Problem) {
        let byteCount = (request.text?.utf8.count ?? 0) + (request.body?.count ?? 0) + Self.overheadByteCount
        do throws(Problem) {
            try bytes.take(account, count: byteCount, now: now)
        } catch {
            throw Problem(
                .quotaExceeded, "The account has posted as much as it may in a day.",
                retryAfterSeconds: error.retryAfterSeconds)
        }
    }
}
