// What runs on the operator's listener. docs/operations.md

private let area = "admin"

extension Endpoints {
    public static let health = Endpoint(
        .get, "/healthz", area: area, "The process answers",
        access: .theOperator, allows: .all, home: .anywhere, givesMediaType: "text/plain")

    public static let ready = Endpoint(
        .get, "/readyz", area: area, "The store takes writes",
        access: .theOperator, allows: .all, home: .anywhere, givesMediaType: "text/plain", problems: [.overloaded])

    public static let metrics = Endpoint(
        .get, "/metrics", area: area, "Counters and gauges",
        access: .theOperator, allows: .all, home: .anywhere,
        givesMediaType: "application/openmetrics-text; version=1.0.0; charset=utf-8")

    // A kept answer would keep the code readable.
    public static let invite = Endpoint(
        .post, "/admin/v1/invites", area: area, "Make an invitation to register",
        access: .theOperator, allows: .all, home: .anywhere, reads: NewInvite.self, gives: Invite.self, status: 201,
        repetition: Repetition.none)

    public static let believeClock = Endpoint(
        .post, "/admin/v1/clock", area: area, "Say that the clock is right, so that deletions go on",
        access: .theOperator, allows: .all, home: .anywhere)

    /// Where a page of reports begins.
    public static let afterReport = Parameter("after", ReportNumber.self, "Only reports with a greater number.")

    public static let reports = Endpoint(
        .get, "/admin/v1/reports", area: area, "Reported messages, oldest first",
        access: .theOperator, allows: .all, home: .anywhere, query: [afterReport.facts, Parameters.limit.facts],
        gives: Page<ReportView>.self)

    public static let removeReport = Endpoint(
        .delete, "/admin/v1/reports/{number}", ReportNumber.self, area: area, "Forget a report that was dealt with",
        access: .theOperator, allows: .all, home: .anywhere)

    public static let removeAccount = Endpoint(
        .delete, "/admin/v1/accounts/{account}", AccountID.self, area: area,
        "Delete an account for good, as its owner could",
        access: .theOperator, allows: .all, home: .place)

    public static let removeHandle = Endpoint(
        .delete, "/admin/v1/handles/{handle}", Handle.self, area: area,
        "Delete the account with that handle for good",
        access: .theOperator, allows: .all, home: .directory)

    public static let allEmoji = Endpoint(
        .get, "/admin/v1/emoji", area: area, "The custom emoji, and who added them",
        access: .theOperator, allows: .all, home: .anywhere, query: Parameters.page, gives: Page<EmojiView>.self)

    public static let dropEmoji = Endpoint(
        .delete, "/admin/v1/emoji/{emoji}", EmojiName.self, area: area, "Delete an emoji with its media",
        access: .theOperator, allows: .all, home: .anywhere)
}
