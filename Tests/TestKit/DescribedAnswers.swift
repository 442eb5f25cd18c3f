public import Transport
public import Wire

/// Holds what a server answers to its own description (`/v1/openapi.json`): status, fields and media type.
public struct DescribedAnswers: Sendable {
    private let document: WireValue

    public init(document: WireValue) { self.document = document }

    /// As a running server describes itself.
    public init(of api: APIClient) async throws {
        document = try WireValue.parse(try await api.raw("GET", "/v1/openapi.json").body, as: .json)
    }

    /// What the framing of HTTP adds, which a description leaves out.
    private static let ofFraming: Set = ["connection", "content-length", "content-type", "date", "transfer-encoding"]

    /// Everything in an answer that the description does not have.
    /// - Parameter path: as the description writes it, with the names of its places.
    public func flaws(in answer: HTTPResponse, to method: String, _ path: String) -> [String] {
        let responses = document["paths"][path][method.lowercased()]["responses"]
        let response = resolved(responses[String(answer.status)])
        guard response != .null else { return ["\(method) \(path) says nothing of \(answer.status)"] }
        let named = Set(response["headers"].keys.map { $0.lowercased() })
        var flaws = answer.headers.pairs.map { $0.name.lowercased() }
            .filter { !named.contains($0) && !Self.ofFraming.contains($0) }
            .map { "\(method) \(path) \(answer.status) says nothing of \($0)" }
        let mediaType = answer.headers["content-type"] ?? ""
        if !answer.body.isEmpty, response["content"][mediaType] == .null {
            flaws.append("\(method) \(path) \(answer.status) says nothing of \(mediaType)")
        }
        return flaws
    }

    private func resolved(_ value: WireValue) -> WireValue {
        guard case .text(let path) = value["$ref"] else { return value }
        return path.split(separator: "/").dropFirst().reduce(document) { (value, key) in value[String(key)] }
    }
}

extension WireValue {
    /// What stands under a key of a map; null where nothing does.
    public subscript(key: String) -> WireValue {
        guard case .map(let entries) = self else { return .null }
        return entries.first { $0.key == key }?.value ?? .null
    }

    /// The keys of a map, in their order.
    public var keys: [String] {
        guard case .map(let entries) = self else { return [] }
        return entries.map(\.key)
    }
}
