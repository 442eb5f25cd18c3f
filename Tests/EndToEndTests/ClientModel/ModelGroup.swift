import TestKit
import Wire

@testable import Client

/// One of the open conversations that the accounts are in from the beginning.
struct ModelGroup: Sendable {
    let id: ConversationID
    let name: String
    /// The account that has begun it, and may delete what others say.
    let owner: Int
    /// What its log begins with.
    let changes: [LineChange]

    var chat: ChatID { .conversation(id) }

    /// What the conversations are called, and which accounts begin them.
    static let all = [(name: "Tea", owner: 0), (name: "Town", owner: 1)]
    static let owners = all.map(\.owner)

    /// Begins them: of the first one everybody is a member at once, to the second one somebody is added.
    static func begin(_ phones: [ModelPhone], _ ids: [AccountID]) async throws -> [ModelGroup] {
        var groups: [ModelGroup] = []
        for (number, (name, owner)) in all.enumerated() {
            guard let founder = ModelRun.accounts.firstIndex(of: owner) else { continue }
            let others = ModelRun.names.indices.filter { $0 != owner }
            let first = number == 0 ? others : [others[0]]
            let late = others.filter { !first.contains($0) }
            let id = try await phones[founder].beginGroup(name, with: first.map { ModelRun.names[$0] })
            if !late.isEmpty { try await phones[founder].add(late.map { ModelRun.names[$0] }, to: id) }
            let joined = [first, late].filter { !$0.isEmpty }.map { LineChange.joined($0.map { ids[$0] }) }
            groups.append(
                ModelGroup(id: id, name: name, owner: owner, changes: [.created(.group, name: name)] + joined))
        }
        for phone in phones { await phone.look(at: groups) }
        return groups
    }
}
