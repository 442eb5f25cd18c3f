import Store
import TestKit
import Wire

/// What the server must be like after each commit: the rules of docs/protocol over plain dictionaries. A value, so
/// that the state before a commit is a copy.
///
/// It follows the real server commit by commit: each command that ran is done here too, and what the server answered
/// is held against what the rules say. It takes from the answer only what nobody can foresee: ids and tokens.
struct Model {
    struct Account {
        var devices: [DeviceID: RegistrationID]
        var nextDevice: DeviceID
        var epoch: UInt64
    }

    /// A device's queue: the item with number n stands at n - 1.
    struct Queue {
        var items: [Item] = []
        /// Acknowledged, or too old.
        var delivered: UInt64 = 0
        /// What of it no kill can undo.
        var durable: UInt64 = 0
        /// Up to here envelopes may have gone unseen, since nobody came for too long.
        var expired: UInt64 = 0

        var head: UInt64 { UInt64(items.count) }
    }

    struct Item: Equatable {
        var id: MessageID
        var time: Timestamp
        var sender: DeviceAddress
        var conversation: ConversationID?
        var seq: SequenceNumber?
        var body: [UInt8]
    }

    struct Member: Equatable {
        var role: Role
        var joinedAt: Timestamp
        var checkpoint: UInt64
    }

    struct Entry: Equatable {
        var time: Timestamp
        var sender: DeviceAddress
        var event: ConversationEvent
    }

    struct Conversation {
        var kind: ConversationKind
        var mode: ConversationMode
        var members: [AccountID: Member]
        /// The entry with seq n stands at n - 1; `nil` where a pairwise send took the number.
        var log: [Entry?] = []
        var pair: DMPair?

        var head: UInt64 { UInt64(log.count) }
    }

    struct SendKey: Hashable {
        var sender: DeviceAddress
        var client: ClientID
    }

    struct Place: Hashable {
        var conversation: ConversationID
        var seq: UInt64
    }

    struct Token {
        var address: DeviceAddress
        var expiresAt: Timestamp
    }

    var accounts: [AccountID: Account] = [:]
    var deleted: Set<AccountID> = []
    /// Deleted, and something is left of them.
    var doomed: [DoomedAccountRow] = []
    var tokens: [String: Token] = [:]
    var queues: [DeviceAddress: Queue] = [:]
    var conversations: [ConversationID: Conversation] = [:]
    /// In the order of their making: what they are called in the trace.
    var conversationOrder: [ConversationID] = []
    var accepted: [SendKey: AcceptedRow] = [:]
    /// When messages delete themselves, by end and seq.
    var expiring: [Place: Timestamp] = [:]
    var lastID = MessageID(0)
    /// Entries since somebody took them from here, with those who are to be told.
    var news: [(entry: LogEntry, audience: Set<AccountID>)] = []

    /// What the rules say no to.
    struct Refused: Error {
        let code: ProblemCode
        init(_ code: ProblemCode) { self.code = code }
    }

    // MARK: Commits

    /// Follows a command of a phone.
    mutating func committed(
        _ request: Request, by address: DeviceAddress, at now: Timestamp, _ answer: Answer
    ) throws(Violation) {
        try follow(answer, of: request.label) { (model, reply) in
            try model.apply(request, by: address, at: now, reply)
        }
    }

    /// Follows a command of the server's own.
    mutating func committed(
        _ chore: Chore, by address: DeviceAddress?, at now: Timestamp, _ answer: Answer
    ) throws(Violation) {
        try follow(answer, of: chore.label) { (model, reply) in
            try model.apply(chore, by: address, at: now, reply)
        }
    }

    private mutating func follow(
        _ answer: Answer, of label: String, _ apply: (inout Model, Reply?) throws -> Void
    ) throws(Violation) {
        let before = self
        do {
            try apply(&self, try? answer.get())
            if case .failure(let problem) = answer {
                throw Violation("\(label) was refused with \(problem.code.rawValue), and nothing forbids it")
            }
        } catch let violation as Violation {
            throw violation
        } catch let refused as Refused {
            self = before
            guard case .failure(let problem) = answer, problem.code == refused.code else {
                throw Violation("\(label) must be refused with \(refused.code.rawValue), and was not: \(answer)")
            }
        } catch {
            throw Violation("\(label): \(error)")
        }
    }

    private mutating func apply(
        _ request: Request, by address: DeviceAddress, at now: Timestamp, _ reply: Reply?
    ) throws {
        switch request {
        case .register(let person): try register(person, reply)
        case .logIn: try logIn(address, reply)
        case .changeDevices(let change): try changeDevices(change, of: address.account)
        case .send(let request, let recipient): try send(request, from: address, to: recipient, at: now, reply)
        case .post(let request, let id): try post(request, to: id, by: address, at: now, reply)
        case .create(let new): try create(new, by: address, at: now, reply)
        case .add(let accounts, let id): try add(accounts, to: id, by: address, at: now)
        case .remove(let account, let id): try remove(account, from: id, by: address, at: now)
        case .changeRole(let account, let role, let id):
            try changeRole(of: account, to: role, in: id, by: address, at: now)
        case .move(let seq, let id): try move(to: seq.rawValue, in: id, by: address, reply)
        case .delete(let seq, let id): try delete(seq.rawValue, of: id, by: address, at: now)
        case .acknowledge(let number): trim(address, through: number.rawValue)
        case .deleteAccount: try deleteAccount(address.account)
        case .devices, .queue, .log, .conversations, .whoAmI: break
        }
    }

    private mutating func apply(
        _ chore: Chore, by address: DeviceAddress?, at now: Timestamp, _ reply: Reply?
    ) throws {
        switch chore {
        case .arrive(let limit):
            guard let address else { return }
            let own = conversations.filter { $0.value.members[address.account] != nil }.keys.sorted {
                ($0.bytes.high, $0.bytes.low) < ($1.bytes.high, $1.bytes.low)
            }
            try arrive(address, own.prefix(limit), isAll: own.count <= limit, reply)
        case .arriveAgain:
            guard let address else { return }
            try arrive(address, [], isAll: true, reply)
        case .trim(let numbers):
            for (device, number) in numbers { trim(device, through: number.rawValue) }
        case .sweepRows:
            if case .swept(let isHeld) = reply, !isHeld { expireQueues(at: now) }
        case .sweepMessages: sweepMessages(at: now)
        case .believeClock: break
        case .erase(let row): erase(row, at: now)
        }
    }

    // MARK: Words for what is said often

    func require(_ condition: Bool, _ text: @autoclosure () -> String) throws(Violation) {
        if !condition { throw Violation(text()) }
    }

    func hasDevice(_ address: DeviceAddress) -> Bool { accounts[address.account]?.devices[address.device] != nil }

    /// What a conversation is called in the trace.
    func name(of conversation: ConversationID) -> String {
        conversationOrder.firstIndex(of: conversation).map { "c\($0)" } ?? "c?"
    }
}
