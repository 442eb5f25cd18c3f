import Testing
import Wire

@testable import Client

@Suite struct RecordsTests {
    @Test("asked outside their owner, they end the process, and ask no store")
    func outside() async {
        await #expect(processExitsWith: .failure) {
            let records = Records(try StoreCase().open(), on: OwnerThread())
            _ = try records.read(.counters)
        }
    }

    @Test("whoever keeps something of the store hears of a change when it is durable, and of one that fails")
    func hooks() async throws {
        let house = try StoreCase()
        let client = try await ScriptedServer().client(on: house)
        let told = try await client.inside { (rooms) in
            let records = rooms.ground.records
            let heard = Heard()
            records.whenStaged.append { (_) in heard.words.append("staged") }
            records.whenDurable.append { (_) in heard.words.append("durable") }
            records.whenTakenBack.append { heard.words.append("taken back") }
            var transaction = StoreTransaction()
            transaction.put(Counters(), at: .counters)
            try records.stage(transaction)
            try records.flush()
            try records.stage(transaction)
            (house.end, house.changesLeft) = (.full, 0)
            #expect(throws: ClientError.self) { try records.flush() }
            house.changesLeft = nil
            return heard.words
        }
        #expect(told == ["staged", "durable", "staged", "taken back"])
        await client.close()
    }
}

private final class Heard {
    var words: [String] = []
}
