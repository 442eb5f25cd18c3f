import Glibc
import Store
import Wire

// Fills a store until it is killed. Prints a line for each send that was accepted, and only after it was: client id's
// low half, queue number, seq. Arguments: folder, first client id, and optionally `often` for small flushes, and
// `brief` to end by itself after 20 sends.

/// Unbuffered: what was said before the kill was said.
func say(_ line: String) { _ = write(1, line + "\n", line.utf8.count + 1) }

let recipient = DeviceAddress(account: AccountID(bytes: SixteenBytes(high: 1, low: 2)), device: DeviceID(1))
let sender = DeviceAddress(account: AccountID(bytes: SixteenBytes(high: 1, low: 1)), device: DeviceID(1))
let conversation = ConversationID(bytes: SixteenBytes(high: 2, low: 1))

func prepare(_ store: Store) async throws {
    let identity = IdentityPayload(
        signingKey: [UInt8](repeating: 1, count: 32), agreementKey: [UInt8](repeating: 2, count: 32))
    for (address, name) in [(sender, "sender"), (recipient, "recipient")] {
        guard let handle = Handle(text: name), let registration = RegistrationID(1) else { continue }
        try await store.write { (tables) throws(Problem) in
            guard try tables.account(address.account) == nil else { return }
            try tables.insert(
                AccountRow(account: address.account, handle: handle, identity: identity,
                    createdAt: Timestamp(milliseconds: 1), listEpoch: 1, listSignature: [UInt8](repeating: 1,
                        count: 64), nextDevice: DeviceID(2)))
            try tables.insertDevice(
                DeviceRow(
                    address: address, registrationID: registration, identity: identity,
                    linkedAt: Timestamp(milliseconds: 1), lastSeenDay: nil))
        }
    }
    try await store.write { (tables) throws(Problem) in
        guard try tables.conversation(conversation) == nil else { return }
        try tables.insertConversation(
            ConversationRow(
                conversation: conversation, kind: .dm, mode: .sealed, title: nil, sealedName: nil,
                createdAt: Timestamp(milliseconds: 1), memberCount: 2,
                pair: DMPair(sender.account, recipient.account)))
    }
}

/// Touched on the writer's thread alone.
nonisolated(unsafe) var leftCount = CommandLine.arguments.contains("brief") ? 20 : Int.max

func send(_ client: UInt64, through store: Store) {
    let draft = EnvelopeDraft(
        time: Timestamp(milliseconds: 1_795_000_000_000 + client), sender: sender,
        clientID: ClientID(bytes: SixteenBytes(high: 3, low: client)), kind: .message, isUrgent: false,
        conversation: conversation,
        copies: [.init(recipient: recipient, body: [UInt8](repeating: UInt8(truncatingIfNeeded: client), count: 500))])
    nonisolated(unsafe) var appended: AppendedEnvelopes?
    store.submit(
        Command(checksFirst: true) { (tables) throws(Problem) in
            appended = try tables.append(draft)
        } done: { (outcome) in
            switch outcome {
            case .success:
                guard let appended else { return }
                say("\(client) \(appended.numbers[0]) \(appended.seq?.rawValue ?? 0)")
                leftCount -= 1
                if leftCount == 0 { exit(0) }
                send(client + 64, through: store)
            case .failure(let problem):
                say("refused \(problem.code.rawValue): \(store.status().refusesWrites ?? "")")
                exit(1)
            }
        })
}

let arguments = CommandLine.arguments
guard arguments.count >= 3, let first = UInt64(arguments[2]) else { exit(2) }
var configuration = StoreConfiguration()
if arguments.contains("often") {
    configuration.flushRowCount = 64
    configuration.sliceMicroseconds = 50
    configuration.acceptedListCountMin = 32
    configuration.acceptedRunCount = 1_024
    configuration.checkpointByteCount = 1 << 18
    configuration.walByteCountMax = 1 << 20
}
let store = try Store.open(folder: arguments[1], configuration: configuration)
try await prepare(store)
for client in first..<first + 64 { send(client, through: store) }
try await Task.sleep(for: .seconds(600))
