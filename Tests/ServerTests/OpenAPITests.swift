import Testing
import Wire

@testable import Server

@Suite struct OpenAPITests {
    private static let document = OpenAPI.document(of: Route.all.map(\.endpoint))

    private static func fields(_ value: WireValue?) -> [String: WireValue] {
        guard case .map(let entries)? = value else { return [:] }
        return Dictionary(entries.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// What may be got may be asked for by its head too.
    private static let operationCount = Route.all.count + Route.all.count { $0.endpoint.method == .get }

    @Test(
        "every route of the table is in the description, and nothing else",
        arguments: Route.all.map(\.name))
    func everyRoute(name: String) throws {
        let parts = name.split(separator: " ").map(String.init)
        let operation = Self.fields(Self.fields(Self.fields(Self.document)["paths"])[parts[1]])[parts[0].lowercased()]
        #expect(operation != nil)
        let count = Self.fields(Self.fields(Self.document)["paths"]).values.map { Self.fields($0).count }.reduce(0, +)
        #expect(count == Self.operationCount)
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
