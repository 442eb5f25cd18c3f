import TestKit
import Wire

/// What a phone does in conversations.
extension Phone {
    func listConversations() {
        ask(.conversations) { (answer) in
            guard case .success(.conversations(let views)) = answer else { return }
            // By age: their ids are random, and what a phone does must not depend on them.
            let order = self.world.model.conversationOrder
            self.conversations = views.sorted { (left, right) in
                order.firstIndex(of: left.conversation) ?? 0 < order.firstIndex(of: right.conversation) ?? 0
            }
        }
    }

    func converse() {
        guard let view = world.pick(conversations), world.dice(9) > 0 else { return create() }
        let id = view.conversation
        switch world.dice(20) {
        case 0..<8: post(to: view)
        case 8..<12: read(id)
        case 12: ask(.move(SequenceNumber(world.dice(Int(readThrough[id] ?? 0) + 1)), in: id)) { (_) in }
        case 13: if let other = somebody { ask(.add([other], to: id)) { (_) in } }
        case 14: if let other = somebody, world.dice(1) == 0 { ask(.remove(other, from: id)) { (_) in } }
        case 15:
            let role: Role = [.owner, .admin, .member][Int(world.dice(2))]
            if let other = somebody { ask(.changeRole(other, role, in: id)) { (_) in } }
        case 16..<18: ask(.delete(SequenceNumber(world.dice(Int(readThrough[id] ?? 0)) + 1), in: id)) { (_) in }
        default: listConversations()
        }
    }

    private var somebody: AccountID? { world.pick(People.all.people.prefix(world.plan.accountCount))?.account }

    private func create() {
        // What one account is in is erased in one command, in the order of random ids.
        guard world.model.conversationOrder.count < 8, let other = somebody else { return listConversations() }
        let isDM = world.dice(2) == 0
        let new = NewConversation(
            kind: isDM ? .dm : .group, mode: isDM ? .sealed : .open, name: isDM ? nil : "A group", members: [other])
        ask(.create(new)) { (answer) in
            if case .success(.conversation(let view, _)) = answer,
                !self.conversations.contains(where: { $0.conversation == view.conversation }) {
                self.conversations.append(view)
            }
        }
    }

    private func post(to view: ConversationView) {
        guard view.mode == .open, outbox.count(where: { !$0.isSettled }) < 3 else { return }
        let ordinal = UInt64(outbox.count + 1)
        let parcel = Parcel(sender: address, ordinal: ordinal, after: 0)
        let request = PostRequest(
            clientID: parcel.client, text: "post \(ordinal)", expiresIn: world.dice(4) == 0 ? 5 + world.dice(20) : nil)
        outbox.append(
            Outgoing(
                request: .post(request, in: view.conversation), ordinal: ordinal, recipients: [], target: nil,
                firstTriedAt: world.now))
    }

    private func read(_ id: ConversationID) {
        // From anywhere, now and then: what was read may have been deleted since.
        let start = world.dice(3) == 0 ? world.dice(Int(readThrough[id] ?? 0)) : readThrough[id] ?? 0
        let limit = Int(1 + world.dice(7))
        ask(.log(id, after: SequenceNumber(start), limit: limit)) { (answer) in
            guard case .success(.log(let page)) = answer, let last = page.items.last else { return }
            self.readThrough[id] = max(self.readThrough[id] ?? 0, last.seq.rawValue)
        }
    }
}
