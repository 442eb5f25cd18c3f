import Crypto
import SQLite
import Wire

/// An encrypted store in one folder: what a client must not lose and nobody else may read.
///
/// One SQLite table of sealed values (``StoreSeal``) at places that say nothing; one transaction is durable before
/// ``commit(_:)`` returns. What is staged is seen at once, and durable with the next commit or ``flush()``.
///
/// | file | what |
/// |---|---|
/// | `store.db`, `store.db-wal` | the table, and the log of what is not in it yet (``StoreFile``) |
/// | `key` | 32 random bytes, mode 0600; only in a store without a passphrase |
/// | `lock` | keeps a second process out, and notes where the log ends |
///
/// A crash cuts off at most the transaction that was being written. A changed byte is an error, never silently less
/// data: a value that does not open says so when it is read, and a row that is gone is missed by a keyed sum over all
/// (``check(_:)``). Out of scope: somebody with write access who puts an older copy of all of it back.
///
/// Not `Sendable`: its state belongs to whatever owns it, such as one actor. Calls block for the disk.
final class LocalStore {
    private var file: StoreFile?
    private let seal: StoreSeal
    /// Over all rows, with what is staged; and as it is on the disk.
    private var sum: StoreSum
    private var durableSum: StoreSum
    private var stagedCount = 0
    private var recent = RecentValues()
    /// Whether what is staged asks for ``eraseIfOwed()``.
    private var stagesErasing = false
    /// Whether deleted bytes are still somewhere in the files.
    private(set) var isErasingOwed = false
    /// Set for good when nobody knows what the disk holds, or when it is known that it holds something else.
    private var failure: LocalStoreError?
    private var scan: StoreScan?
    /// Why what was staged is gone; until ``forgetLoss()`` nothing more is staged.
    private(set) var loss: LocalStoreError?

    /// Opens the store in `folder`, or makes both.
    /// - Throws: ``LocalStoreError``.
    init(
        folder: String, key: borrowing FolderKey, cost: Argon2id.Cost = .standard, disk: StoreDisk = .real
    ) throws(LocalStoreError) {
        try FileSystem.makeFolder(folder)
        let lock = try FolderLock(folder: folder)
        let keys = StoreKeys(folder: folder, disk: disk)
        if !Self.mayBe(in: folder) { try StoreFounding.found(folder, keys, key, cost) }
        let file = try StoreFile(folder: folder, lock: lock, disk: disk)
        let headAddress = StoreAddress.own(.head)
        let headBytes = try Self.asked { () throws(SQLiteError) in try file.connection.value(at: headAddress) }
        guard let head = headBytes.flatMap({ StoreHead($0) }) else { throw .notAStore }
        let mainKey = try keys.mainKey(of: head, key)
        guard head.opens(with: mainKey) else { throw .wrongKey }
        seal = try StoreSeal(head: head, mainKey: mainKey)
        let sumAddress = StoreAddress.own(.sum)
        let sealedSum = try Self.asked { () throws(SQLiteError) in try file.connection.value(at: sumAddress) }
        guard let sealedSum, let sum = StoreSum(try seal.open(sealedSum, at: sumAddress).value) else {
            throw .damaged("the sum of the store")
        }
        self.sum = sum
        durableSum = sum
        self.file = file
        // What a crash kept from being copied back and overwritten. On a full disk it is read where it is.
        do { if !file.isLogEmpty { try file.emptyLog(wholly: true) } } catch .diskFull { isErasingOwed = true }
    }

    /// Whether one may be there: `false` where it is known that there is none. Makes nothing.
    static func mayBe(in folder: String) -> Bool { FileSystem.mayHave(folder + "/" + StoreFile.databaseName) }

    /// Copies the log back and lets the next opener in. Nothing can be read afterwards.
    func close() {
        guard let file else { return }
        if failure == nil {
            try? flushStaged()
            if failure == nil, file.isLogEmpty || (try? file.emptyLog()) != nil { try? file.removeLog() }
        }
        failure = .outcomeUnknown
        recent = RecentValues()
        file.close()
        self.file = nil
    }

    // MARK: Reading

    /// The bytes at a place; `nil` where there is nothing.
    func bytes(_ slot: StoreSlot) throws(LocalStoreError) -> [UInt8]? { try bytes(slot, at: seal.address(of: slot)) }

    /// What is made of the bytes at a place, once for as long as they stay; `nil` where there is nothing.
    func reading<Reading: Sendable>(
        _ slot: StoreSlot, _ read: ([UInt8]) throws(LocalStoreError) -> Reading
    ) throws(LocalStoreError) -> Reading? {
        let address = seal.address(of: slot)
        guard let bytes = try bytes(slot, at: address) else { return nil }
        if let known = recent[address]?.reading as? Reading { return known }
        let reading = try read(bytes)
        recent.set(reading: reading, at: address)
        return reading
    }

    private func bytes(_ slot: StoreSlot, at address: StoreAddress) throws(LocalStoreError) -> [UInt8]? {
        let file = try usable()
        if let known = recent[address] {
            guard let content = known.content else { return nil }
            try requireName(of: slot, in: content)
            return content.value
        }
        guard let sealed = try sealedValue(at: address, using: file) else {
            recent.set(nil, StoreSum(), at: address)
            return nil
        }
        let content = try content(sealed, at: address, of: slot)
        recent.set(content, seal.term(sealed, at: address), at: address)
        return content.value
    }

    /// The places of a room that have something, in their order.
    func slots(
        in room: StoreRoom, of scope: StoreScope, _ range: StoreRange = .all
    ) throws(LocalStoreError) -> [StoreSlot] {
        let file = try usable()
        let scopeHash = seal.scope(scope)
        if room.hasNames {
            var slots: [StoreSlot] = []
            try visit(in: room, of: scope, range) { (row) in slots.append(row.slot) }
            return slots
        }
        let places = try Self.asked { () throws(SQLiteError) in try file.connection.places(scopeHash, room, range) }
        return places.map { StoreSlot(scope: scope, room: room, place: .number($0)) }
    }

    /// Each of them with what is there, one after the other, so that thousands are never held at once.
    /// - Parameter visit: asks nothing of the store.
    func visit(
        in room: StoreRoom, of scope: StoreScope, _ range: StoreRange = .all,
        _ visit: (VisitedRow) throws(LocalStoreError) -> Void
    ) throws(LocalStoreError) {
        let file = try usable()
        let scopeHash = seal.scope(scope)
        var failure: LocalStoreError?
        try Self.asked { () throws(SQLiteError) in
            try file.connection.visit(scopeHash, room, range) { (address, sealed) in
                guard failure == nil else { return }
                do throws(LocalStoreError) {
                    let opened = try seal.open(sealed, at: address)
                    try visit(VisitedRow(scope: scope, room: room, number: address.place, opened: opened))
                } catch {
                    failure = error
                }
            }
        }
        if let failure { throw failure }
    }

    private func sealedValue(at address: StoreAddress, using file: StoreFile) throws(LocalStoreError) -> [UInt8]? {
        try Self.asked { () throws(SQLiteError) in try file.connection.value(at: address) }
    }

    /// - Throws: ``LocalStoreError/collision(key:)`` where another name has the place.
    private func content(
        _ sealed: [UInt8], at address: StoreAddress, of slot: StoreSlot
    ) throws(LocalStoreError) -> StoreSeal.Content {
        let content = try seal.open(sealed, at: address)
        try requireName(of: slot, in: content)
        return content
    }

    private func requireName(of slot: StoreSlot, in content: StoreSeal.Content) throws(LocalStoreError) {
        if let name = slot.place.name, content.name != name { throw .collision(key: slot.name) }
    }

    private static func asked<Answer>(
        _ question: () throws(SQLiteError) -> Answer
    ) throws(LocalStoreError) -> Answer {
        do { return try question() } catch { throw LocalStoreError(error, "read the store") }
    }

    /// - Throws: ``LocalStoreError/outcomeUnknown`` after that, and once it is closed; ``LocalStoreError/damaged(_:)``
    ///   once something is known to be missing.
    private func usable() throws(LocalStoreError) -> StoreFile {
        if let failure { throw failure }
        guard let file else { throw .outcomeUnknown }
        return file
    }

    // MARK: Changing

    /// Makes all changes durable, with what is staged, then visible; or, on any error but
    /// ``LocalStoreError/outcomeUnknown``, none. What was staged is lost with them then (``loss``).
    /// - Throws: ``LocalStoreError``.
    func commit(_ transaction: StoreTransaction) throws(LocalStoreError) {
        try make(transaction)
        try flushStaged()
    }

    /// Makes all changes visible at once, and durable with the next ``commit(_:)`` or ``flush()``: several that may
    /// wait for each other cost one sync.
    /// - Parameter mayBeLost: whether nobody has to hear of it where this is gone.
    /// - Throws: ``LocalStoreError``; also why what was staged before is gone, until ``forgetLoss()``.
    func stage(_ transaction: StoreTransaction, mayBeLost: Bool = false) throws(LocalStoreError) {
        if let loss { throw loss }
        try make(transaction)
        if !transaction.isEmpty, !mayBeLost { stagedCount += 1 }
    }

    /// Makes durable what is staged.
    /// - Throws: ``LocalStoreError``; then, and when somebody's commit failed meanwhile, all that was staged is gone.
    func flush() throws(LocalStoreError) {
        if let loss { throw loss }
        try flushStaged()
    }

    /// Whoever staged what is gone knows that it is.
    func forgetLoss() { loss = nil }

    private func make(_ transaction: StoreTransaction) throws(LocalStoreError) {
        let file = try usable()
        guard !transaction.isEmpty else { return }
        try transaction.requireBounds()
        do throws(LocalStoreError) {
            if !file.connection.isInTransaction { try write { () throws(SQLiteError) in try file.begin() } }
            for change in transaction.changes { try make(change, file) }
        } catch {
            undo(error, file)
            throw error
        }
        stagesErasing = stagesErasing || transaction.erases
    }

    private func make(_ change: StoreTransaction.Change, _ file: StoreFile) throws(LocalStoreError) {
        switch change {
        case .put(let value, let slot):
            let address = seal.address(of: slot)
            try takeOut(slot, at: address, file)
            let sealed = seal.seal(value, named: slot.place, at: address)
            let term = seal.term(sealed, at: address)
            note(term, isAdded: true, at: address)
            try write { () throws(SQLiteError) in try file.connection.put(sealed, at: address) }
            recent.set(StoreSeal.Content(name: slot.place.name, value: value), term, at: address)
        case .remove(let slot):
            let address = seal.address(of: slot)
            guard try takeOut(slot, at: address, file) else { return }
            recent.forget(address)
            try write { () throws(SQLiteError) in try file.connection.remove(address) }
        case .removeAll(let scope):
            try removeAll(seal.scope(scope), file)
        case .removeAllBut(let kept):
            let kept = kept.map { seal.scope($0) }
            var scope = StoreAddress.own(.head).scope
            while let next = try Self.asked({ () throws(SQLiteError) in try file.connection.scope(after: scope) }) {
                if !kept.contains(next) { try removeAll(next, file) }
                scope = next
            }
        }
    }

    /// Takes what is there out of the sum.
    /// - Returns: whether there was anything.
    @discardableResult
    private func takeOut(
        _ slot: StoreSlot, at address: StoreAddress, _ file: StoreFile
    ) throws(LocalStoreError) -> Bool {
        if let known = recent[address] {
            guard let content = known.content else { return false }
            try requireName(of: slot, in: content)
            note(known.term, isAdded: false, at: address)
            return true
        }
        guard let old = try sealedValue(at: address, using: file) else { return false }
        // Another name's value is not ours to change; what does not open may be replaced.
        if case .name = slot.place { _ = try content(old, at: address, of: slot) }
        note(seal.term(old, at: address), isAdded: false, at: address)
        return true
    }

    private func removeAll(_ scope: SixteenBytes, _ file: StoreFile) throws(LocalStoreError) {
        recent = RecentValues()
        var last = StoreAddress(scope: scope, room: .min, place: .min)
        repeat {
            let rows = try Self.asked { () throws(SQLiteError) in
                try file.connection.rows(after: last, limit: StoreLimits.rowsPerSlice)
            }.prefix { $0.address.scope == scope }
            for row in rows { note(seal.term(row.sealed, at: row.address), isAdded: false, at: row.address) }
            guard let next = rows.last?.address else { break }
            last = next
        } while true
        try write { () throws(SQLiteError) in try file.connection.removeAll(scope) }
    }

    private func note(_ term: StoreSum, isAdded: Bool, at address: StoreAddress) {
        if isAdded { sum.add(term) } else { sum.subtract(term) }
        scan?.note(term, isAdded: isAdded, at: address)
    }

    private func flushStaged() throws(LocalStoreError) {
        let file = try usable()
        guard file.connection.isInTransaction else { return }
        do throws(LocalStoreError) {
            try file.requireNames()
            let sealed = seal.seal(sum.bytes, named: .number(0), at: .own(.sum))
            try write { () throws(SQLiteError) in
                try file.connection.put(sealed, at: .own(.sum))
                try file.commit()
            }
        } catch {
            undo(error, file)
            throw error
        }
        durableSum = sum
        stagedCount = 0
        isErasingOwed = isErasingOwed || stagesErasing
        stagesErasing = false
        if isErasingOwed {
            settle(overwrites: true)
        } else if file.logFrameCount > StoreLimits.logFrameCountMax {
            settle(overwrites: false)
        }
    }

    private func write(_ body: () throws(SQLiteError) -> Void) throws(LocalStoreError) {
        do { try body() } catch { throw LocalStoreError(error, "write the store") }
    }

    /// Takes back everything since the last commit.
    private func undo(_ error: LocalStoreError, _ file: StoreFile) {
        file.rollBack()
        recent = RecentValues()
        sum = durableSum
        scan = nil
        stagesErasing = false
        if stagedCount > 0 { loss = error }
        stagedCount = 0
        // Damage stays where it is, and the rest can be used.
        if error == .outcomeUnknown || file.connection.isInTransaction { failure = .outcomeUnknown }
    }

    // MARK: Deleted bytes

    /// Whether the log still has something in it: of what was replaced too.
    var isLogEmpty: Bool { file.map { !$0.isLogUsed } ?? true }

    /// Overwrites what was deleted and is still in the files. When the disk refuses, it stays owed.
    func eraseIfOwed() {
        if isErasingOwed { settle(overwrites: true) }
    }

    /// Overwrites what is in the log, whether or not it was deleted.
    func settle() {
        if !isLogEmpty { settle(overwrites: true) }
    }

    /// - Parameter overwrites: the log, too; else the next commits do, as they go over it.
    private func settle(overwrites: Bool) {
        guard let file, failure == nil, !file.connection.isInTransaction else { return }
        do throws(LocalStoreError) {
            guard overwrites else {
                try file.copyLogBack()
                return
            }
            try file.emptyLog()
            isErasingOwed = false
        } catch {
            if error == .outcomeUnknown { failure = error }
        }
    }

    // MARK: Checking

    /// Reads the next rows, opens each, and holds the sum over all against the one that is kept, once it is through.
    /// What is changed meanwhile is taken into account.
    /// - Returns: whether there is more.
    /// - Throws: ``LocalStoreError/damaged(_:)``; whatever is asked of the store throws it from then on.
    func check(_ rowCount: Int = StoreLimits.rowsPerSlice) throws(LocalStoreError) -> Bool {
        let file = try usable()
        var scan = self.scan ?? StoreScan()
        let rows = try Self.asked { [scan] () throws(SQLiteError) in
            try file.connection.rows(after: scan.position, limit: rowCount)
        }
        do throws(LocalStoreError) {
            for row in rows {
                _ = try seal.open(row.sealed, at: row.address)
                scan.take(seal.term(row.sealed, at: row.address), at: row.address)
            }
            self.scan = scan
            guard rows.isEmpty else { return true }
            self.scan = nil
            guard scan.sum == sum else { throw .damaged("the sum of the store") }
        } catch {
            failure = error
            throw error
        }
        return false
    }

    /// Checks all of it.
    /// - Throws: ``LocalStoreError/damaged(_:)``.
    func verify() throws(LocalStoreError) {
        scan = nil
        while try check() {}
    }
}
