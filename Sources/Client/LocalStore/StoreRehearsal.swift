import Crypto
import Wire

/// A local store as a client's life fills it, for whoever measures it: the rows of messages at their places and in
/// their sizes, with nobody who sent them.
package final class StoreRehearsal {
    private let store: LocalStore
    private var counters: Counters
    private let chats: [AccountID]

    /// Opens the store in `folder`, or makes it.
    /// - Parameter chatCount: of accounts that write, the same each time.
    /// - Throws: ``LocalStoreError``.
    package init(folder: String, chatCount: Int) throws(LocalStoreError) {
        store = try LocalStore(folder: folder, key: .keyFile)
        let known = try store.value(.counters)
        counters = known ?? Counters()
        chats = (0..<UInt64(chatCount)).map { AccountID(bytes: SixteenBytes(high: 1, low: $0)) }
        if known == nil { try begin() }
    }

    /// An account of its own, for whoever opens the folder as a client, and the chats with the handles of those who
    /// write, as they were verified when they were first met.
    private func begin() throws(LocalStoreError) {
        var transaction = StoreTransaction()
        transaction.put(
            Profile(
                stage: .ready, server: "http://127.0.0.1:7420", serverName: "rehearsal", handle: Handle(text: "myself"),
                account: AccountID(bytes: SixteenBytes(high: 2, low: 0)), device: DeviceID(1),
                registrationID: .random(), deviceSecret: RandomBytes.make(byteCount: 64)),
            at: .profile)
        for (number, account) in chats.enumerated() {
            var chat = StoredChat(.person(account), activity: Timestamp(milliseconds: 0))
            chat.handle = Handle(text: "somebody-\(number)")
            transaction.put(chat, at: .chat(chat.id))
        }
        transaction.put(counters, at: .counters)
        try store.commit(transaction)
    }

    /// Lets go of the folder.
    package func close() { store.close() }

    /// Takes messages of 100 bytes from one account, 32 at a time: session, line, evidence, name, the chat and the
    /// number, each as a message that came has them.
    /// - Parameter chat: of the accounts, by turns.
    /// - Returns: the number of the last in its chat.
    /// - Throws: ``ClientError/store(_:)``.
    @discardableResult
    package func receive(_ count: Int, from chat: Int, batch: Int = 32) throws -> UInt64 {
        let sender = chats[chat % chats.count]
        var last: UInt64 = 0
        for number in 0..<count {
            last = try stage(from: sender)
            if (number + 1).isMultiple(of: batch) { try asked { () throws(LocalStoreError) in try store.flush() } }
        }
        try asked { () throws(LocalStoreError) in try store.flush() }
        return last
    }

    private func stage(from sender: AccountID) throws(ClientError) -> UInt64 {
        let number = (counters.taken.newest?.rawValue ?? 0) + 1
        counters.taken.insert(QueueNumber(number))
        let now = Timestamp(milliseconds: 1_700_000_000_000 + number)
        let name = ClientID.random()
        var transaction = StoreTransaction()
        var edit = TranscriptEdit(store, now: now)
        var line = StoredLine(author: sender, device: DeviceID(1))
        line.message = name
        line.text = String(repeating: "a message ", count: 10)
        line.sentAt = now
        line.time = now
        let place = try edit.append(line, to: .person(sender))
        transaction.put(
            RandomBytes.make(byteCount: 700),
            at: StoreKey.session(DeviceAddress(account: sender, device: DeviceID(1))).slot)
        transaction.put(KnownMessage(at: place), at: .message(name, from: sender))
        transaction.put(RandomBytes.make(byteCount: 320), at: StoreKey.evidence(place).slot)
        transaction.put(counters, at: .counters)
        edit.write(into: &transaction)
        try asked { () throws(LocalStoreError) in try store.stage(transaction) }
        return place.number
    }

    /// Deletes a message of this run as its reader does, with its bytes.
    /// - Throws: ``ClientError/store(_:)``.
    package func delete(_ number: UInt64, of chat: Int) throws {
        let place = LinePlace(.person(chats[chat % chats.count]), number)
        var edit = TranscriptEdit(store, now: Timestamp(milliseconds: 1_700_000_000_000))
        guard let line = try edit.line(at: place) else { return }
        var transaction = StoreTransaction()
        _ = try edit.erase(line, at: place, .deleted, into: &transaction)
        edit.write(into: &transaction)
        try asked { () throws(LocalStoreError) in try store.commit(transaction) }
    }

    /// Looks through all of it.
    /// - Throws: ``LocalStoreError/damaged(_:)``.
    package func verify() throws(LocalStoreError) { try store.verify() }

    private func asked<Answer>(_ question: () throws(LocalStoreError) -> Answer) throws(ClientError) -> Answer {
        do { return try question() } catch { throw .store(error) }
    }
}
