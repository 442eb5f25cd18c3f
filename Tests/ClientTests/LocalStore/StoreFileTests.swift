import Crypto
import Glibc
import SQLite
import TestKit
import Testing

@testable import Client

/// What is deleted is nowhere in the folder afterwards, not even sealed.
@Suite("Local store: deleted bytes")
struct StoreFileTests {
    /// The nonces of all rows, by which a sealed value is known wherever it stands.
    private static func nonces(_ house: StoreCase) throws -> Set<[UInt8]> {
        var nonces: Set<[UInt8]> = []
        try house.withDatabase { (connection) in
            nonces = Set(
                try connection.rows("SELECT value FROM item WHERE room > 0") { Array($0.borrowedBytes(0).prefix(24)) })
        }
        return nonces
    }

    /// The first eight bytes of each nonce that is found at any place of any file.
    private static func traces(of nonces: Set<[UInt8]>, _ house: StoreCase) throws -> Int {
        let words = Set(nonces.map { (nonce) in nonce.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } })
        var found: Set<UInt64> = []
        for bytes in try house.everything() {
            var word: UInt64 = 0
            for byte in bytes {
                word = word << 8 | UInt64(byte)
                if words.contains(word) { found.insert(word) }
            }
        }
        return found.count
    }

    @Test("random insertions, changes and deletions leave nothing of what is gone in any file", arguments: [1, 2, 3])
    func random(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        let house = try StoreCase()
        var gone: Set<[UInt8]> = []
        var known: Set<[UInt8]> = []
        for _ in 0..<6 {
            let store = try house.open()
            for _ in 0..<40 {
                let changes = (0..<Int.random(in: 1...12, using: &generator)).map { (_) -> (String, [UInt8]?) in
                    let key = "\(Int.random(in: 0..<400, using: &generator))"
                    guard Int.random(in: 0..<5, using: &generator) > 1 else { return (key, nil) }
                    let large = Int.random(in: 0..<8, using: &generator) == 0
                    return (key, RandomBytes.make(byteCount: .random(in: 0..<(large ? 9_000 : 500), using: &generator)))
                }
                try store.commit(changes, erases: Int.random(in: 0..<4, using: &generator) == 0)
            }
            store.close()
            let now = try Self.nonces(house)
            gone.formUnion(known.subtracting(now))
            known.formUnion(now)
            #expect(try Self.traces(of: gone, house) == 0)
            #expect(try Self.traces(of: now, house) == now.count)
        }
        #expect(gone.count > 200)
        // All of it at once.
        let store = try house.open()
        var transaction = StoreTransaction()
        transaction.removeAll(.test)
        transaction.erase()
        try store.commit(transaction)
        #expect(try Self.traces(of: known, house) == 0)
        try store.verify()
    }

    @Test("what a commit erases is gone when it returns, with the store open")
    func atOnce() throws {
        let house = try StoreCase()
        var store = try house.open()
        try store.commit((0..<300).map { ("\($0)", RandomBytes.make(byteCount: $0)) })
        store.close()
        let nonces = try Self.nonces(house)
        store = try house.open()
        // Neighbours move about first.
        for step in 0..<20 { try store.commit([("\(step * 7)", RandomBytes.make(byteCount: 700))]) }
        try store.commit((0..<300).map { ("\($0)", nil) }, erases: true)
        #expect(!store.isErasingOwed && store.isLogEmpty)
        #expect(try Self.traces(of: nonces, house) == 0)
    }

    @Test("what was only replaced is gone once the store has settled or is closed")
    func settling() throws {
        let house = try StoreCase()
        var store = try house.open()
        try store.commit([("session", [UInt8](repeating: 1, count: 3_000))])
        store.close()
        let first = try Self.nonces(house)
        store = try house.open()
        try store.commit([("session", [UInt8](repeating: 2, count: 3_000))])
        #expect(!store.isLogEmpty)
        store.settle()
        #expect(try Self.traces(of: first, house) == 0 && store.isLogEmpty)
        try store.verify()
    }

    @Test("a disk that refuses, or a kill in between, leaves it owed, and the next chance or opening makes it good")
    func owed() throws {
        var point = 0
        while true {
            let house = try StoreCase()
            var store = try house.open()
            try store.commit([("gone", [UInt8](repeating: 1, count: 600)), ("kept", [1])])
            store.close()
            let nonces = try Self.nonces(house)
            store = try house.open()
            house.changesLeft = point
            try? store.commit([("gone", nil)], erases: true)
            let hasStruck = house.hasStruck
            store.close()
            house.revive()
            store = try house.open()
            if try store.bytes(.test("gone")) == nil {
                #expect(try Self.traces(of: nonces, house) == 1, "the one that is kept; at \(point)")
            }
            try store.verify()
            store.close()
            guard hasStruck else { break }
            point += 1
        }
        #expect(point > 8)
        let house = try StoreCase()
        let store = try house.open()
        try store.commit([("gone", [UInt8](repeating: 1, count: 200))])
        // The commit goes through, and what follows it does not.
        house.end = .full
        let before = house.changeCount
        try store.commit([("kept", [1])])
        house.changesLeft = house.changeCount - before
        try store.commit([("gone", nil)], erases: true)
        #expect(store.isErasingOwed)
        house.revive()
        store.eraseIfOwed()
        #expect(!store.isErasingOwed && store.isLogEmpty)
    }
}
