import Crypto
import Glibc
import SQLite
import TestKit
import Testing

@testable import Client

@Suite("Local store")
struct LocalStoreTests {
    @Test("what may be lost is lost without a word, and keeps nobody from staging; what may not says so")
    func lost() throws {
        let house = try StoreCase()
        let store = try house.open()
        var transaction = StoreTransaction()
        transaction.put(Counters(), at: .counters)
        for mayBeLost in [true, false] {
            try store.stage(transaction, mayBeLost: mayBeLost)
            (house.end, house.changesLeft) = (.full, 0)
            #expect(throws: LocalStoreError.self) { try store.flush() }
            house.changesLeft = nil
            #expect((store.loss == nil) == mayBeLost)
        }
        #expect(throws: LocalStoreError.self) { try store.stage(transaction) }
        store.forgetLoss()
        try store.stage(transaction)
        try store.flush()
        #expect(try store.value(.counters) == Counters())
    }

    @Test("what is committed is there after opening again")
    func reopening() throws {
        let house = try StoreCase()
        var store = try house.open()
        #expect(try store.contents().isEmpty)
        try store.commit([("a", [1, 2, 3]), ("b", [])])
        try store.commit([("a", nil), ("c", [UInt8](repeating: 7, count: 100_000))])
        let expected = try store.contents()
        #expect(expected.keys.sorted() == ["b", "c"])
        store.close()
        store = try house.open()
        #expect(try store.contents() == expected)
        try store.verify()
    }

    @Test("files that were removed are missed with the next change, which nobody is told of", arguments: ["", "-wal"])
    func removed(ending: String) throws {
        let house = try StoreCase()
        let store = try house.open()
        try store.commit([("a", [1])])
        FileSystem.remove(house.path("store.db\(ending)"))
        #expect(throws: LocalStoreError.gone("find the store in its folder")) { try store.commit([("b", [2])]) }
        #expect(try store.contents().keys.sorted() == ["a"])
    }

    @Test("rooms are in order, from either end and within bounds; scopes and rooms are apart")
    func ranges() throws {
        let house = try StoreCase()
        let store = try house.open()
        var transaction = StoreTransaction()
        for number in [3, 1, 300, 2, UInt64(Int64.max)] {
            let slot = StoreSlot(scope: .test, room: .outbox, place: .number(number))
            transaction.put([UInt8(truncatingIfNeeded: number)], at: slot)
        }
        transaction.put([9], at: .init(scope: .test, room: .transfer, place: .number(2)))
        transaction.put([8], at: .init(scope: .underWay, room: .outbox, place: .number(2)))
        try store.commit(transaction)
        func numbers(_ range: StoreRange) throws -> [UInt64] {
            let slots = try store.slots(in: .outbox, of: .test, range)
            var visited: [StoreSlot] = []
            try store.visit(in: .outbox, of: .test, range) { (row) in visited.append(row.slot) }
            #expect(visited == slots)
            return slots.compactMap { if case .number(let number) = $0.place { number } else { nil } }
        }
        #expect(try numbers(.all) == [1, 2, 3, 300, UInt64(Int64.max)])
        #expect(try numbers(StoreRange(places: 2...300)) == [2, 3, 300])
        #expect(try numbers(StoreRange(order: .newestFirst, limit: 2)) == [UInt64(Int64.max), 300])
        #expect(try numbers(StoreRange(places: 0...300, order: .newestFirst, limit: 1)) == [300])
        var removal = StoreTransaction()
        removal.removeAll(.test)
        try store.commit(removal)
        #expect(try numbers(.all).isEmpty)
        #expect(try store.bytes(.init(scope: .test, room: .transfer, place: .number(2))) == nil)
        #expect(try store.bytes(.init(scope: .underWay, room: .outbox, place: .number(2))) == [8])
        try store.verify()
        removal = StoreTransaction()
        removal.removeAll(but: [.test])
        try store.commit(removal)
        #expect(try store.bytes(.init(scope: .underWay, room: .outbox, place: .number(2))) == nil)
        try store.verify()
    }

    @Test("what is staged is seen at once, durable after a flush or another's commit, and costs one sync with it")
    func staging() throws {
        let house = try StoreCase()
        var store = try house.open()
        try store.stage(LocalStore.transaction([("a", [1])]))
        try store.stage(LocalStore.transaction([("b", [2])]))
        #expect(try store.contents() == ["a": [1], "b": [2]])
        // The process dies: nothing more reaches the disk.
        house.changesLeft = 0
        store.close()
        house.revive()
        store = try house.open()
        #expect(try store.contents().isEmpty)
        // The first commit after that begins the log.
        try store.commit([("first", [3])])
        let before = house.syncCount
        for number in 0..<31 { try store.stage(LocalStore.transaction([("\(number)", [3])])) }
        try store.flush()
        #expect(house.syncCount - before == 1)
        try store.stage(LocalStore.transaction([("c", [4])]))
        try store.commit([("d", [5])])
        house.changesLeft = 0
        store.close()
        house.revive()
        store = try house.open()
        #expect(try store.contents().count == 34)
        try store.verify()
    }

    @Test("a store that nobody closed opens on a full disk, and is read")
    func openingFull() throws {
        let house = try StoreCase()
        do {
            let store = try house.open()
            try store.commit([("a", [1])])
            (house.end, house.changesLeft) = (.death(isLastDone: false), 0)
        }
        house.revive()
        (house.end, house.changesLeft) = (.full, 0)
        do {
            let store = try house.open()
            #expect(house.hasStruck && store.isErasingOwed)
            #expect(try store.contents() == ["a": [1]])
            #expect(throws: LocalStoreError.diskFull) { try store.commit([("a", [2])]) }
        }
        house.revive()
        let store = try house.open()
        #expect(try store.contents() == ["a": [1]] && !store.isErasingOwed)
        try store.commit([("a", [2])])
        #expect(try store.contents() == ["a": [2]])
    }

    @Test("a full disk changes nothing and loses what was staged, and nothing is staged until that is known")
    func fullDisk() throws {
        let house = try StoreCase()
        let store = try house.open()
        try store.commit([("a", [1])])
        house.end = .full
        house.changesLeft = 0
        #expect(throws: LocalStoreError.diskFull) { try store.commit([("a", [2])]) }
        #expect(try store.contents() == ["a": [1]])
        #expect(store.loss == nil)
        try store.stage(LocalStore.transaction([("b", [3])]))
        #expect(throws: LocalStoreError.diskFull) { try store.commit([("c", [2])]) }
        #expect(try store.contents() == ["a": [1]])
        house.revive()
        #expect(throws: LocalStoreError.diskFull) { try store.flush() }
        #expect(throws: LocalStoreError.diskFull) { try store.stage(LocalStore.transaction([("b", [3])])) }
        try store.commit([("d", [4])])
        store.forgetLoss()
        try store.stage(LocalStore.transaction([("b", [3])]))
        try store.flush()
        #expect(try store.contents() == ["a": [1], "b": [3], "d": [4]])
        try store.verify()
    }

    @Test("after a sync of unknown outcome the store takes nothing more until it is opened again")
    func unknownOutcome() throws {
        let house = try StoreCase()
        let store = try house.open()
        try store.commit([("a", [1])])
        house.end = .unsynced
        house.changesLeft = 0
        #expect(throws: LocalStoreError.outcomeUnknown) { try store.commit([("a", [2])]) }
        house.revive()
        #expect(throws: LocalStoreError.outcomeUnknown) { try store.commit([("a", [3])]) }
        #expect(throws: LocalStoreError.outcomeUnknown) { try store.contents() }
        store.close()
        let again = try house.open()
        #expect([["a": [1]], ["a": [2]]].contains(try again.contents()))
        try again.commit([("b", [4])])
        try again.verify()
    }

    @Test(
        "killed at any change of a file, a store has all that was committed, and the rest as a whole or not",
        arguments: [false, true])
    func everyKill(isLastDone: Bool) throws {
        func steps(_ number: Int) -> [(String, [UInt8]?)] {
            [
                ("x", [UInt8(number)]), ("y", [UInt8](repeating: UInt8(number), count: number * 1_500)),
                ("z\(number)", [9]), ("z\(number - 2)", nil),
            ]
        }
        var states: [[String: [UInt8]]] = [[:]]
        for number in 0..<6 {
            var state = states[number]
            for (key, value) in steps(number) { state[key] = value }
            states.append(state)
        }
        var point = 0
        while true {
            let house = try StoreCase()
            try house.open().close()
            house.end = .death(isLastDone: isLastDone)
            house.changesLeft = point
            var doneCount = 0
            if let store = try? house.open() {
                for number in 0..<6 {
                    guard (try? store.commit(steps(number), erases: number == 3)) != nil else { break }
                    doneCount += 1
                }
                store.close()
            }
            let hasStruck = house.hasStruck
            house.revive()
            let store = try house.open()
            let found = try store.contents()
            #expect(found == states[doneCount] || doneCount < 6 && found == states[doneCount + 1], "at \(point)")
            try store.commit([("after", [1])])
            try store.verify()
            store.close()
            #expect(try house.open().bytes(.test("after")) == [1], "at \(point)")
            guard hasStruck else { break }
            point += 1
        }
        #expect(point > 50)
    }

    @Test("killed anywhere while it is made, a store is there as a whole or is made anew", arguments: [false, true])
    func founding(isLastDone: Bool) throws {
        var point = 0
        while true {
            let house = try StoreCase()
            house.end = .death(isLastDone: isLastDone)
            house.changesLeft = point
            _ = try? house.open().commit([("a", [1])])
            let hasStruck = house.hasStruck
            house.revive()
            let store = try house.open()
            if !hasStruck { #expect(try store.contents() == ["a": [1]]) }
            try store.commit([("a", [1])])
            #expect(try store.contents() == ["a": [1]])
            store.close()
            #expect(Set(house.folder.files.map { String($0.dropFirst(house.folder.path.count + 1)) })
                == ["store.db", "store.db-wal", "key", "lock"], "at \(point)")
            guard hasStruck else { break }
            point += 1
        }
        #expect(point > 10)
    }

    @Test("a value at another place, from another store, or under another name does not open")
    func movedValues() throws {
        let house = try StoreCase()
        var store = try house.open()
        try store.commit([("a", [1]), ("b", [2])])
        store.close()
        // What stands at one place is put at the other.
        try house.withDatabase { (connection) in
            let rows = try connection.rows("SELECT place, value FROM item WHERE room = 51") { (row) in
                (row.integer(0), [UInt8](row.borrowedBytes(1)))
            }
            for (one, other) in [(rows[0], rows[1]), (rows[1], rows[0])] {
                try connection.run(
                    "UPDATE item SET value = ?1 WHERE room = 51 AND place = ?2", .blob(other.1), .integer(one.0))
            }
        }
        store = try house.open()
        for name in ["a", "b"] {
            #expect(throws: LocalStoreError.damaged("a value in message")) { try store.bytes(.test(name)) }
        }
        #expect(throws: LocalStoreError.self) { try store.verify() }
    }

    @Test("two names that fall on one place are told apart")
    func collisions() throws {
        let house = try StoreCase()
        try house.open().close()
        var bytes: [UInt8] = []
        try house.withDatabase { bytes = try $0.value(at: .own(.head)) ?? [] }
        let head = try #require(StoreHead(bytes))
        let seal = try StoreSeal(head: head, mainKey: SecretBytes(copying: try house.bytes("key")))
        let address = seal.address(of: .test("a"))
        // As if "b" had the hash of "a".
        let sealed = seal.seal([1], named: .name("b"), at: address)
        try house.withDatabase { try $0.put(sealed, at: address) }
        let again = try house.open()
        #expect(throws: LocalStoreError.collision(key: "test/message/a")) { try again.bytes(.test("a")) }
        #expect(throws: LocalStoreError.collision(key: "test/message/a")) { try again.commit([("a", [2])]) }
        #expect(throws: LocalStoreError.collision(key: "test/message/a")) { try again.commit([("a", nil)]) }
        #expect(try again.bytes(.test("b")) == nil)
    }

    @Test("a value or a name beyond the bounds is refused and changes nothing")
    func tooLarge() throws {
        let store = try StoreCase().open()
        let large = [UInt8](repeating: 0, count: StoreLimits.valueByteCountMax + 1)
        #expect(throws: LocalStoreError.tooLarge(byteCount: large.count)) {
            try store.commit([("b", [1]), ("a", large)])
        }
        let name = String(repeating: "k", count: StoreLimits.nameByteCountMax + 1)
        #expect(throws: LocalStoreError.tooLarge(byteCount: name.count)) { try store.commit([(name, [1])]) }
        #expect(try store.contents().isEmpty)
        try store.commit([("a", Array(large.dropLast()))])
        #expect(try store.bytes(.test("a"))?.count == StoreLimits.valueByteCountMax)
    }

    @Test("the check takes what is changed meanwhile into account")
    func checking() throws {
        let store = try StoreCase().open()
        var generator = SplitMix(seed: 7)
        for round in 0..<20 { try store.commit((0..<20).map { ("\(round)-\($0)", [UInt8($0)]) }) }
        for _ in 0..<3 {
            while try store.check(7) {
                let key = "\(Int.random(in: 0..<25, using: &generator))-\(Int.random(in: 0..<20, using: &generator))"
                try store.commit([(key, Bool.random(using: &generator) ? [1, 2] : nil)])
            }
        }
        try store.verify()
    }
}
