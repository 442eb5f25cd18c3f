// What the server says of itself; reports. docs/protocol/http.md, franking.md

extension Endpoints {
    public static let serverCard = Endpoint(
        .get, "/.well-known/sotto", area: "server", "Name, versions and addresses of this server",
        access: .anybody, allows: .all, home: .anywhere, gives: ServerCard.self)

    public static let capabilities = Endpoint(
        .get, "/v1/capabilities", area: "server", "The bounds a client should know",
        access: .anybody, allows: .all, home: .anywhere, gives: Capabilities.self)

    public static let time = Endpoint(
        .get, "/v1/time", area: "server", "The server's clock",
        access: .anybody, allows: .all, home: .anywhere, gives: ServerTime.self)

    public static let openAPI = Endpoint(
        .get, "/v1/openapi.json", area: "server", "This description (OpenAPI 3.1)",
        access: .anybody, allows: .all, home: .anywhere, givesMediaType: "application/json")

    public static let asyncAPI = Endpoint(
        .get, "/v1/asyncapi.json", area: "server", "The description of the WebSocket (AsyncAPI 3.0)",
        access: .anybody, allows: .all, home: .anywhere, givesMediaType: "application/json")

    public static let report = Endpoint(
        .post, "/v1/reports", area: "reports",
        "Report a message that this account received; shows the server that one message and no other",
        allows: .all, home: .caller, buckets: [.reports], reads: ReportRequest.self, gives: ReportReceipt.self,
        status: 201, problems: [.reportRefused], bodyByteCountMax: Limits.frameByteCountMax)
}
