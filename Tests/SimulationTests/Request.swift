import Chat
import Store
import TestKit
import Wire

/// What a phone may ask of the server.
enum Request: Sendable {
    // Changes
    case register(Person)
    case logIn
    case changeDevices(DeviceListChange)
    case send(SendRequest, to: AccountID)
    case post(PostRequest, in: ConversationID)
    case create(NewConversation)
    case add([AccountID], to: ConversationID)
    case remove(AccountID, from: ConversationID)
    case changeRole(AccountID, Role, in: ConversationID)
    case move(SequenceNumber, in: ConversationID)
    case delete(SequenceNumber, in: ConversationID)
    case acknowledge(QueueNumber)
    case deleteAccount

    // Questions
    case devices(AccountID)
    case queue(after: QueueNumber, limit: Int)
    case log(ConversationID, after: SequenceNumber, limit: Int)
    case conversations
    case whoAmI

    var isQuestion: Bool {
        switch self {
        case .devices, .queue, .log, .conversations, .whoAmI: true
        default: false
        }
    }

    /// Asked for by who has no token yet.
    var needsToken: Bool {
        switch self {
        case .register, .logIn: false
        default: true
        }
    }

    /// Two words of what it is.
    var label: String {
        switch self {
        case .register: "register"
        case .logIn: "log in"
        case .changeDevices(let change): "devices \(change.deviceList.devices.map(\.device))"
        case .send(let request, _): "send \(request.clientID.bytes.low)"
        case .post(let request, _): "post \(request.clientID.bytes.low)"
        case .create(let new): "create \(new.kind.rawValue)"
        case .add: "add"
        case .remove: "remove"
        case .changeRole(_, let role, _): "role \(role.rawValue)"
        case .move(let seq, _): "checkpoint \(seq)"
        case .delete(let seq, _): "delete \(seq)"
        case .acknowledge(let number): "acknowledge \(number)"
        case .deleteAccount: "delete account"
        case .devices: "devices?"
        case .queue(let number, _): "queue? after \(number)"
        case .log(_, let seq, _): "log? after \(seq)"
        case .conversations: "conversations?"
        case .whoAmI: "who?"
        }
    }

    /// The conversation it is about.
    var conversation: ConversationID? {
        switch self {
        case .post(_, let id), .add(_, let id), .remove(_, let id), .changeRole(_, _, let id), .move(_, let id),
            .delete(_, let id), .log(let id, _, _): id
        default: nil
        }
    }
}

/// What the server says.
enum Reply: Sendable {
    case done
    case token(String, expiresAt: Timestamp)
    case account(AccountView)
    case accepted(Accepted)
    case conversation(ConversationView, isNew: Bool)
    case conversations([ConversationView])
    case checkpoint(SequenceNumber)
    case envelopes([Envelope])
    case log(LogPage)
    case arrival(Arrival)
    case swept(isHeld: Bool)
}

typealias Answer = Result<Reply, Problem>

/// What the server does of its own accord.
enum Chore: Sendable {
    case arrive(limit: Int)
    case arriveAgain
    case trim([DeviceAddress: QueueNumber])
    case sweepRows
    case sweepMessages
    case believeClock
    case erase(DoomedAccountRow)

    var label: String {
        switch self {
        case .arrive(let limit): "arrive \(limit)"
        case .arriveAgain: "arrive again"
        case .trim(let numbers): "trim \(numbers.count)"
        case .sweepRows: "sweep rows"
        case .sweepMessages: "sweep messages"
        case .believeClock: "believe clock"
        case .erase: "erase"
        }
    }
}

extension Request {
    /// Runs the real verb.
    func run(_ turn: inout Turn, by address: DeviceAddress) throws(Problem) -> Reply {
        switch self {
        case .register, .changeDevices: throw Problem(.internalError, "checked before it runs")
        case .logIn:
            let pair = try turn.logIn(address, tokens: MintedTokens())
            return .token(pair.accessToken, expiresAt: pair.accessExpiresAt)
        case .send(let request, let recipient): return .accepted(try turn.send(request, from: address, to: recipient))
        case .post(let request, let id): return .accepted(try turn.post(request, to: id, by: address))
        case .create(let new):
            let (view, isNew) = try turn.createConversation(new, by: address)
            return .conversation(view, isNew: isNew)
        case .add(let accounts, let id): try turn.addMembers(accounts, to: id, by: address)
        case .remove(let account, let id): try turn.removeMember(account, from: id, by: address)
        case .changeRole(let account, let role, let id): try turn.changeRole(of: account, to: role, in: id, by: address)
        case .move(let seq, let id):
            return .checkpoint(try turn.moveCheckpoint(to: seq, in: id, by: address).seq)
        case .delete(let seq, let id): _ = try turn.deleteMessage(seq, of: id, by: address)
        case .acknowledge(let number): try turn.tables.trimQueue(of: address, through: number)
        case .deleteAccount: try turn.deleteAccount(address.account)
        case .devices, .queue, .log, .conversations, .whoAmI: throw Problem(.internalError, "a question")
        }
        return .done
    }

    /// Asks the real question.
    func ask(_ look: Look, by address: DeviceAddress) throws(Problem) -> Reply {
        switch self {
        case .devices(let account): return .account(try look.account(account))
        case .queue(let number, let limit):
            return .envelopes(try look.queue(of: address, after: number, limit: limit).items)
        case .log(let id, let seq, let limit):
            return .log(try look.log(of: id, for: address.account, .after(seq), limit: limit))
        case .conversations:
            return .conversations(try look.conversations(of: address.account, PageWish(limit: 100)).items)
        default: return .done
        }
    }
}
