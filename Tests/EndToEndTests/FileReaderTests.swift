import TestKit
import Testing
import Wire

@testable import Client

/// Sealed files that are read from any place, as a player reads them.
@Suite(.serialized) struct FileReaderTests {
    /// The sealed bytes that were asked for, request by request.
    private typealias Asked = Guarded<[ClosedRange<Int>]>

    private func received(_ bytes: [UInt8], _ asked: Asked) async throws -> (Phone, House) {
        let house = try await House(arguments: ["--limit-requests", "1000000/1000000"])
        let (alice, folder) = (try await Phone(house, as: "alice"), try TemporaryFolder())
        let fate = Fate()
        let bob = try await Phone(house, fate: fate)
        try await bob.register("bob")
        try TextFile.write(bytes, to: folder.path + "/film")
        try await alice.chats.send(file: folder.path + "/film", to: try #require(Handle(text: "bob")))
        try await bob.fetch()
        fate.beforeRequest = { (request) in
            guard let value = request.headers.first(where: { $0.0 == "Range" })?.1 else { return }
            let ends = value.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) }
            if ends.count == 2 { asked.withLock { $0.append(ends[0]...ends[1]) } }
        }
        return (bob, house)
    }

    @Test("a seek fetches the chunks that it needs in one request, and none twice")
    func seek() async throws {
        let bytes = Tus.bytes(5_000_000)
        let asked = Asked([])
        let (bob, _) = try await received(bytes, asked)
        let reader = try await bob.media.reader(ofFileOf: try await bob.account.only(1))
        #expect(reader.byteCount == bytes.count)
        #expect(try await reader.read(3_000_000..<3_000_100) == Array(bytes[3_000_000..<3_000_100]))
        let chunk = 65_552
        #expect(asked.withLock { $0 } == [(45 * chunk)...(46 * chunk - 1)])
        // Over a border: one more chunk.
        let border = 46 * 65_536
        #expect(try await reader.read(border - 10..<border + 10) == Array(bytes[border - 10..<border + 10]))
        #expect(asked.withLock { $0.dropFirst() } == [(46 * chunk)...(47 * chunk - 1)])
        #expect(try await reader.read(3_000_000..<3_010_000) == Array(bytes[3_000_000..<3_010_000]))
        #expect(asked.withLock { $0.count } == 2)
        // The end, which is a chunk of its own size and followed by padding.
        #expect(try await reader.read(4_999_000..<5_000_000) == Array(bytes[4_999_000...]))
        #expect(try await reader.read(5_000_000..<5_000_000) == [])
        for range in [4_999_999..<5_000_001, 0..<ReaderLimits.readByteCountMax + 1] {
            await #expect(throws: SottoError(.file(.none))) { try await reader.read(range) }
        }
    }

    @Test("who reads in order has every chunk fetched once, in fewer requests, and little of it kept")
    func inOrder() async throws {
        let bytes = Tus.bytes(12_345_678)
        let asked = Asked([])
        let (bob, _) = try await received(bytes, asked)
        let reader = try await bob.media.reader(ofFileOf: try await bob.account.only(1))
        var read: [UInt8] = []
        for try await piece in reader.pieces(of: 0..<bytes.count) {
            read += piece
            #expect(await reader.keptByteCount <= ReaderLimits.chunksKeptMax * 65_536)
        }
        #expect(read == bytes)
        let ranges = asked.withLock { $0 }
        let chunkCount = (bytes.count + 65_535) / 65_536
        #expect(ranges.reduce(0) { $0 + ($1.count + 65_551) / 65_552 } == chunkCount, "none twice")
        #expect(ranges.count < chunkCount / 4, "\(ranges.count) requests for \(chunkCount) chunks")
    }

    @Test("several who read anywhere at once get what is there")
    func anywhere() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        let bytes = Tus.bytes(8_000_000)
        let (bob, _) = try await received(bytes, Asked([]))
        let reader = try await bob.media.reader(ofFileOf: try await bob.account.only(1))
        try await withThrowingTaskGroup(of: Void.self) { (group) in
            for task in 0..<4 {
                group.addTask {
                    var random = SplitMix(seed: seed &+ UInt64(task))
                    for _ in 0..<40 {
                        let start = Int.random(in: 0..<bytes.count, using: &random)
                        let end = min(bytes.count, start + Int.random(in: 0...300_000, using: &random))
                        let read = try await reader.read(start..<end)
                        #expect(read == Array(bytes[start..<end]), "seed \(seed)")
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(await reader.keptByteCount <= ReaderLimits.chunksKeptMax * 65_536)
    }

    @Test("a server that sends something else is noticed, and asked again for the next read")
    func lyingServer() async throws {
        let house = try await House()
        let (alice, folder) = (try await Phone(house, as: "alice"), try TemporaryFolder())
        let bob = try await Phone(house, as: "bob", isDoubtful: true)
        let bytes = Tus.bytes(1_000_000)
        try TextFile.write(bytes, to: folder.path + "/film")
        try await alice.chats.send(file: folder.path + "/film", to: try #require(Handle(text: "bob")))
        try await bob.fetch()
        let reader = try await bob.media.reader(ofFileOf: try await bob.account.only(1))
        for change in [{ $0[100] ^= 1 }, { $0.removeLast() }, { $0 += [0] }] as [@Sendable (inout [UInt8]) -> Void] {
            bob.change = { (path, answer) in if path.hasPrefix("/v1/media/") { change(&answer.body) } }
            await #expect(throws: SottoError(.file(.notAuthentic))) { try await reader.read(500_000..<500_100) }
        }
        bob.change = { _, _ in }
        #expect(try await reader.read(500_000..<500_100) == Array(bytes[500_000..<500_100]))
    }

    @Test("the bounds fit each other")
    func bounds() {
        let chunk = 65_536
        #expect(ReaderLimits.chunksKeptMax >= ReaderLimits.chunksAheadMax + ReaderLimits.readByteCountMax / chunk + 1)
        #expect(ReaderLimits.pieceByteCount.isMultiple(of: chunk))
        #expect(ReaderLimits.pieceByteCount <= ReaderLimits.readByteCountMax)
    }
}
