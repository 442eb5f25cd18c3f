import TestKit
import Testing
import Transport
import Wire

@testable import Server

/// Every endpoint of the table, asked by everybody in every role and state, about what is theirs, somebody else's and
/// nobody's. The verbs decide; the words of the table (``Access`` and ``Right``) say what they decide; here one is held
/// to the other, against a running server.
@Suite("Authorization") struct AuthorizationTests {
    @Test("every endpoint of the table is asked, and no other")
    func complete() {
        let asked = AuthorizationSample.all.map(\.endpoint.name).sorted()
        #expect(asked == Route.all.map(\.endpoint.name).sorted())
    }

    @Test("everybody hears what the table says", arguments: AuthorizationSample.slices.indices)
    func matrix(slice: Int) async throws {
        let world = try await AuthorizationWorld()
        let described = try await DescribedAnswers(of: world.house.api)
        for sample in AuthorizationSample.slices[slice] {
            for scene in sample.scenes { try await hold(sample, in: scene, of: world, described) }
        }
    }

    private func hold(
        _ sample: AuthorizationSample, in scene: (ConversationKind, ConversationMode), of world: AuthorizationWorld,
        _ described: DescribedAnswers
    ) async throws {
        let endpoint = sample.endpoint
        var present = try await made(sample, in: scene, world)
        for asker in Asker.allCases where scene.0 != .dm || asker.isInDM {
            let promised = Verdict.promised(by: endpoint, to: asker, in: scene.0)
            let answer = try await ask(sample, in: present, as: asker)
            let cell = "\(asker) \(endpoint.name) in \(scene)"
            #expect(Verdict(answer, done: sample.status) == promised, "\(cell): \(answer.status) \(text(answer))")
            let flaws = described.flaws(in: answer, to: endpoint.method.rawValue, endpoint.path.text)
            #expect(flaws.isEmpty, "\(cell): \(flaws)")
            if promised == .done, !endpoint.method.isSafe { present = try await made(sample, in: scene, world) }
            guard sample.matter != .nothing else { continue }
            if asker == .nobody, sample.matter == .backup || sample.matter == .recipient {
                let wrong = try await ask(sample, in: present.withWrongSecret(), as: asker)
                let absent = try await ask(sample, in: world, as: asker)
                #expect(same(wrong, absent), "\(cell): wrong secret \(text(wrong)), absent \(text(absent))")
            }
            // What is not there is answered to everybody as what is not theirs.
            let absent = try await ask(sample, in: world, as: asker)
            if promised == .absent {
                #expect(same(answer, absent), "\(cell): foreign \(text(answer)), absent \(text(absent))")
            } else if promised == .done {
                #expect(Verdict(absent, done: 0) == sample.absence, "\(cell): absent \(text(absent))")
            }
        }
    }

    /// With what the endpoint is asked about.
    private func made(
        _ sample: AuthorizationSample, in scene: (ConversationKind, ConversationMode), _ world: AuthorizationWorld
    ) async throws -> AuthorizationWorld {
        switch sample.matter {
        case .conversation, .media: try await world.withScene(scene.0, scene.1).with(sample.matter)
        default: try await world.with(sample.matter)
        }
    }

    private func ask(
        _ sample: AuthorizationSample, in world: AuthorizationWorld, as asker: Asker
    ) async throws -> HTTPResponse {
        let ask = sample.ask(world)
        var headers = [("Accept", "application/json")] + ask.headers
        if ask.body != nil { headers.append(("Content-Type", "application/json")) }
        return try await world.house.api.raw(
            sample.endpoint.method.rawValue, ask.target, token: world.token(of: asker), headers: headers,
            body: ask.body?.encoded(as: .json) ?? [])
    }

    /// Status, length and every byte but the name of the request.
    private func same(_ left: HTTPResponse, _ right: HTTPResponse) -> Bool {
        guard left.status == right.status, left.body.count == right.body.count else { return false }
        guard var one = try? Tus.problem(left), var other = try? Tus.problem(right) else { return left.body.isEmpty }
        (one.instance, other.instance) = (nil, nil)
        return one == other
    }

    private func text(_ answer: HTTPResponse) -> String { String(decoding: answer.body.prefix(300), as: UTF8.self) }

    @Test("what is the operator's is not on the public listener, and needs no login on its own")
    func operators() async throws {
        let house = try await House()
        let admin = APIClient(port: house.server.adminPort)
        let alice = try await house.person("alice")
        let routes = AdminRoutes.all { [] }
        #expect(routes.allSatisfy { $0.endpoint.access == .theOperator })
        #expect(Route.all.allSatisfy { $0.endpoint.access != .theOperator })
        for endpoint in routes.map(\.endpoint) {
            let target = endpoint.path.filled(with: endpoint.path.places.map { _ in "11111" })
            for token in [nil, alice.token] {
                let outside = try await house.api.raw(endpoint.method.rawValue, target, token: token)
                #expect(outside.status == 404, "\(endpoint.name)")
            }
            let inside = try await admin.raw(endpoint.method.rawValue, target)
            #expect(![401, 403, 405].contains(inside.status), "\(endpoint.name)")
        }
        for endpoint in Route.all.map(\.endpoint) where endpoint.path.places.isEmpty {
            let inside = try await admin.raw(endpoint.method.rawValue, endpoint.path.text)
            #expect(inside.status == 404, "\(endpoint.name)")
        }
    }
}

extension EndpointFacts {
    fileprivate var name: String { "\(method.rawValue) \(path.text)" }
}

extension Asker {
    /// Owners of a dm are its two accounts; the author is the other one.
    fileprivate var isInDM: Bool {
        switch self {
        case .author, .member, .admin, .removed: false
        default: true
        }
    }
}

extension AuthorizationSample {
    /// So that each has a server and a time limit of its own.
    fileprivate static let slices: [[AuthorizationSample]] = {
        let sizes = stride(from: 0, to: all.count, by: 12)
        return sizes.map { Array(all[$0..<min($0 + 12, all.count)]) }
    }()

    /// What one who may hears of what is not there.
    fileprivate var absence: Verdict? {
        switch matter {
        case .recipient: .forbidden
        default: .absent
        }
    }
}
