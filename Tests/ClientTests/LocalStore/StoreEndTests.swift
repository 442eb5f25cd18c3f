import Glibc
import SQLite
import TestKit
import Testing

@testable import Client

/// What becomes of a store whose files have changed: the same content, or an error; never less, and never other.
@Suite("Local store: damage")
struct StoreEndTests {
    /// A store of a few pages, rows of all sizes among them.
    private static func fill(_ store: LocalStore) throws {
        for round in 0..<4 {
            try store.commit((0..<12).map { (number) in
                ("\(round)-\(number)", [UInt8](repeating: UInt8(number), count: number * number * 11))
            })
        }
        try store.commit([("0-3", nil), ("1-4", [7])])
    }

    /// Copies the files of a store that is open, as a kill leaves them.
    private static func files(_ house: StoreCase) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in ["store.db", "store.db-wal", "key", "lock"] where house.mode(of: name) != nil {
            files[name] = try house.bytes(name)
        }
        return files
    }

    private static func found(_ files: [String: [UInt8]]) throws -> [String: [UInt8]] {
        let house = try StoreCase()
        for (name, bytes) in files { try house.write(bytes, to: name) }
        let store = try house.open()
        let contents = try store.contents()
        try store.verify()
        return contents
    }

    @Test("a byte that is flipped anywhere in the database is an error, or changes nothing")
    func flippedDatabase() throws {
        let house = try StoreCase()
        let store = try house.open()
        try Self.fill(store)
        let expected = try store.contents()
        store.close()
        let files = try Self.files(house)
        #expect(try Self.found(files) == expected)
        let database = try #require(files["store.db"])
        var generator = SplitMix(seed: 11)
        var errorCount = 0
        // Every byte of the head and of a page's, and one in so many of the rest.
        let offsets = Array(0..<120) + Array(StoreLimits.pageByteCount..<StoreLimits.pageByteCount + 44)
            + stride(from: 140, to: database.count - 37, by: 37).map { $0 + Int.random(in: 0..<37, using: &generator) }
        for offset in offsets {
            var changed = files
            changed["store.db"]?[offset] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            do {
                let contents = try Self.found(changed)
                #expect(contents == expected, "byte \(offset)")
            } catch is LocalStoreError {
                errorCount += 1
            }
        }
        #expect(errorCount > offsets.count / 4)
    }

    @Test("so is one in the log after a kill, up to the last commit")
    func flippedLog() throws {
        let house = try StoreCase()
        let store = try house.open()
        try Self.fill(store)
        let expected = try store.contents()
        let files = try Self.files(house)
        #expect(try Self.found(files) == expected)
        let log = try #require(files["store.db-wal"])
        var generator = SplitMix(seed: 12)
        let offsets = Array(0..<60)
            + stride(from: 60, to: log.count - 211, by: 211).map { $0 + Int.random(in: 0..<211, using: &generator) }
        for offset in offsets {
            var changed = files
            changed["store.db-wal"]?[offset] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            #expect(throws: LocalStoreError.self, "byte \(offset)") { try Self.found(changed) }
        }
        // One that is gone, or cut, as well.
        var changed = files
        changed["store.db-wal"] = nil
        #expect(throws: LocalStoreError.damaged("store.db-wal")) { try Self.found(changed) }
        changed["store.db-wal"] = Array(log.dropLast(StoreLimits.pageByteCount + WriteAheadLog.frameHeadByteCount))
        #expect(throws: LocalStoreError.damaged("store.db-wal")) { try Self.found(changed) }
    }

    @Test("without its note, as after a power cut, a log that has changed is known by the commits behind that")
    func flippedLogWithoutNote() throws {
        let house = try StoreCase()
        let store = try house.open()
        try Self.fill(store)
        let expected = try store.contents()
        var files = try Self.files(house)
        files["lock"] = []
        #expect(try Self.found(files) == expected)
        let log = try #require(files["store.db-wal"])
        let step = StoreLimits.pageByteCount + WriteAheadLog.frameHeadByteCount
        let ends = stride(from: WriteAheadLog.headByteCount, to: log.count, by: step).filter { (frame) in
            log[frame + 4..<frame + 8].contains { $0 != 0 }
        }.map { $0 + step }
        try #require(ends.count == 5)
        var generator = SplitMix(seed: 13)
        for offset in stride(from: 32, to: log.count, by: 509) {
            var changed = files
            changed["store.db-wal"]?[offset] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            if offset < ends[2] {
                #expect(throws: LocalStoreError.self, "byte \(offset)") { try Self.found(changed) }
            } else if let contents = try? Self.found(changed), contents != expected {
                // What looks like the end may cost the last commits, whole; and nothing of one that came before.
                #expect(contents["0-0"] == expected["0-0"] && contents["2-5"] == expected["2-5"])
            }
        }
        // A write that was torn is the end, and no damage.
        for cut in stride(from: ends[3], to: log.count, by: 401) {
            var changed = files
            let zeros = [UInt8](repeating: 0, count: min(512, log.count - cut))
            changed["store.db-wal"]?.replaceSubrange(cut..<cut + zeros.count, with: zeros)
            let contents = try Self.found(changed)
            #expect(contents["3-11"] == expected["3-11"], "zeros at \(cut)")
        }
    }

    @Test("a row that is put back from an older copy, taken out or put in is missed by the sum")
    func oldRows() throws {
        let house = try StoreCase()
        var store = try house.open()
        try store.commit([("a", [1]), ("b", [2])])
        store.close()
        var old: [[UInt8]] = []
        let statement: (Connection) throws -> [[UInt8]] = {
            try $0.rows("SELECT value FROM item WHERE room = 51 ORDER BY place") { [UInt8]($0.borrowedBytes(0)) }
        }
        try house.withDatabase { old = try statement($0) }
        store = try house.open()
        try store.commit([("a", [3]), ("b", [4])])
        store.close()
        let files = try Self.files(house)
        #expect(try Self.found(files) == ["a": [3], "b": [4]])
        try house.withDatabase { (connection) in
            try connection.run(
                "UPDATE item SET value = ?1 WHERE room = 51 AND place = (SELECT min(place) FROM item WHERE room = 51)",
                .blob(old[0]))
        }
        store = try house.open()
        // Each by itself opens: it is of that place.
        #expect(try store.contents().count == 2)
        #expect(throws: LocalStoreError.damaged("the sum of the store")) { try store.verify() }
        // And from then on nothing is said as if all were well.
        #expect(throws: LocalStoreError.damaged("the sum of the store")) { try store.contents() }
        #expect(throws: LocalStoreError.damaged("the sum of the store")) { try store.commit([("c", [1])]) }
        store.close()
        for (name, bytes) in files { try house.write(bytes, to: name) }
        try house.withDatabase { try $0.execute("DELETE FROM item WHERE room = 51") }
        store = try house.open()
        #expect(throws: LocalStoreError.damaged("the sum of the store")) { try store.verify() }
    }

    @Test("a database that was cut is known by it before anything is read")
    func cutFile() throws {
        let house = try StoreCase()
        let store = try house.open()
        try Self.fill(store)
        store.close()
        let files = try Self.files(house)
        let database = try #require(files["store.db"])
        for pageCount in 1..<database.count / StoreLimits.pageByteCount {
            var changed = files
            changed["store.db"] = Array(database.prefix(pageCount * StoreLimits.pageByteCount))
            #expect(throws: LocalStoreError.damaged("store.db")) { try Self.found(changed) }
        }
        // Nor is a new one made where only the log is left.
        let killed = try StoreCase()
        let open = try killed.open()
        try Self.fill(open)
        var left = try Self.files(killed)
        left["store.db"] = nil
        #expect(throws: LocalStoreError.damaged("store.db")) { try Self.found(left) }
    }
}
