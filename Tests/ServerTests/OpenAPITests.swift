import Testing
import Wire

@testable import Server

@Suite struct OpenAPITests {
    private static let document = OpenAPI.document(of: Route.all.map(\.endpoint))

    private static func fields(_ value: WireValue?) -> [String: WireValue] {
        guard case .map(let entries)? = value else { return [:] }
        return Dictionary(entries.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    private static let table = Route.all.map(\.endpoint).flatMap { [$0] + $0.spelledOut }
    /// What may be got may be asked for by its head too.
    private static let operationCount = table.count + table.count { $0.method == .get }

    @Test(
        "every route of the table is in the description, and nothing else",
        arguments: Route.all.map(\.name))
    func everyRoute(name: String) throws {
        let parts = name.split(separator: " ").map(String.init)
        #expect(Self.operation(parts[0], parts[1]) != nil)
        let count = Self.fields(Self.fields(Self.document)["paths"]).values.map { Self.fields($0).count }.reduce(0, +)
        #expect(count == Self.operationCount)
    }

    private static func operation(_ method: String, _ path: String) -> WireValue? {
        fields(fields(fields(document)["paths"])[path])[method.lowercased()]
    }

    @Test("where an account may be `me`, that is an address of its own, without the place", arguments: [
        ("GET", "/v1/accounts/me"), ("DELETE", "/v1/accounts/me"), ("GET", "/v1/accounts/me/avatar"),
        ("PUT", "/v1/accounts/me/avatar"), ("GET", "/v1/accounts/me/transparency"),
        ("DELETE", "/v1/conversations/{conversation}/members/me"),
    ])
    func me(method: String, path: String) throws {
        let operation = try #require(Self.operation(method, path))
        #expect(!Self.parameters(of: operation).contains { $0.name == "account" })
        #expect(Self.parameters(of: operation).contains { $0.name == "conversation" } == path.contains("{"))
    }

    private static func parameters(of operation: WireValue) -> [(name: String, isRequired: Bool)] {
        guard case .list(let list)? = fields(operation)["parameters"] else { return [] }
        return list.map { (parameter) in
            guard case .text(let name)? = fields(parameter)["name"] else { return ("", false) }
            return (name, fields(parameter)["required"] == .boolean(true))
        }
    }

    @Test("fields without which a route refuses are said to be required, and others are not", arguments: [
        ("POST", "/v1/sealed/messages/{account}", ["account", "Delivery-Token"]),
        ("GET", "/v1/backups/{backup}", ["backup", "Backup-Token"]),
        ("POST", "/v1/media/uploads", ["Tus-Resumable", "Upload-Length"]), ("OPTIONS", "/v1/media/uploads", []),
        ("PATCH", "/v1/media/uploads/{upload}", ["upload", "Tus-Resumable", "Upload-Offset"]),
        ("HEAD", "/v1/media/uploads/{upload}", ["upload", "Tus-Resumable"]), ("PUT", "/v1/backup", []),
        ("DELETE", "/v1/media/{media}", ["media"]),
    ] as [(String, String, [String])])
    func requiredFields(method: String, path: String, names: [String]) throws {
        let operation = try #require(Self.operation(method, path))
        #expect(Self.parameters(of: operation).filter(\.isRequired).map(\.name) == names)
    }

    @Test("operation ids, method and path are unique")
    func unique() {
        let names = Route.all.map(\.name)
        #expect(Set(names).count == names.count)
        var ids: [String] = []
        for operations in Self.fields(Self.fields(Self.document)["paths"]).values {
            for operation in Self.fields(operations).values {
                if case .text(let id)? = Self.fields(operation)["operationId"] { ids.append(id) }
            }
        }
        #expect(ids.count == Self.operationCount && Set(ids).count == ids.count)
    }

    @Test("every reference leads to a component")
    func references() {
        let components = Self.fields(Self.fields(Self.document)["components"])
        var dangling: [String] = []
        func visit(_ value: WireValue) {
            switch value {
            case .map(let entries):
                for entry in entries {
                    if entry.key == "$ref", case .text(let path) = entry.value {
                        let parts = path.split(separator: "/").map(String.init)
                        let isThere = parts.count == 4 && parts[0...1] == ["#", "components"]
                            && Self.fields(components[parts[2]])[parts[3]] != nil
                        if !isThere { dangling.append(path) }
                    } else {
                        visit(entry.value)
                    }
                }
            case .list(let items): items.forEach(visit)
            default: break
            }
        }
        visit(Self.document)
        #expect(dangling.isEmpty)
    }
}

extension Route {
    fileprivate var name: String { "\(endpoint.method.rawValue) \(endpoint.path.text)" }
}
