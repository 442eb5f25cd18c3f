import BlobsEngine
import Crypto
import Store
import Testing
import Wire

/// What any place for files promises, held against the one on disk.
@Suite("Contract: a place for files", .timeLimit(.minutes(10)))
struct DiskBlobsTests {
    @Test(
        "what is appended in any pieces is read back, whole and in part",
        arguments: [1, 65_535, 65_536, 65_537, 300_000], [1_000, 65_536, 100_000])
    func roundTrip(byteCount: Int, pieceByteCount: Int) async throws {
        try await withBlobs { (blobs) in
            let bytes = Sample.bytes(byteCount)
            let blob = BlobID.random()
            let stored = try await blobs.put(bytes, as: blob, pieceByteCount: pieceByteCount)
            #expect(stored == StoredBlob(byteCount: UInt64(byteCount), sha256: SHA256.hash(bytes)))
            #expect(try await blobs.open(blob).blob == stored)
            #expect(try await blobs.bytes(of: blob) == bytes)
            for range in [0..<1, (byteCount - 1)..<byteCount, (byteCount / 2)..<byteCount] {
                #expect(try await blobs.bytes(of: blob, range) == Array(bytes[range]))
            }
        }
    }

    @Test("a part is no blob: it cannot be read, and says how much of it is durable")
    func part() async throws {
        try await withBlobs { (blobs) in
            let blob = BlobID.random()
            let part = try await blobs.begin(blob, 200_000)
            try await part.append(Sample.bytes(70_000))
            #expect(try await blobs.durableByteCount(blob, 200_000) == 0, "nothing was synced yet")
            #expect(try await part.sync() == 70_000)
            #expect(try await blobs.durableByteCount(blob, 200_000) == 70_000)
            await #expect(throws: BlobError.absent) { try await blobs.open(blob) }
            await #expect(throws: BlobError.busy) { try await blobs.resume(blob, 200_000) }
            await part.release()
            #expect(try await blobs.durableByteCount(blob, 200_000) == 70_000)
            await #expect(throws: BlobError.absent) { try await blobs.durableByteCount(.random(), 1) }
            await #expect(throws: BlobError.absent) { try await blobs.resume(.random(), 1) }
        }
    }

    @Test("who waits for a part goes on when it is given back, or when cancelled; one that nobody holds is free")
    func untilFree() async throws {
        try await withBlobs { (blobs) in
            let blob = BlobID.random()
            await blobs.untilFree(blob)
            let part = try await blobs.begin(blob, 3)
            await withTaskGroup(of: Void.self) { (group) in
                group.addTask { await blobs.untilFree(blob) }
                group.cancelAll()
            }
            async let first: Void = blobs.untilFree(blob)
            async let second: Void = blobs.untilFree(blob)
            await part.release()
            _ = await (first, second)
            try await blobs.resume(blob, 3).release()
            await #expect(throws: BlobError.absent) { try await blobs.resume(.random(), 3) }
            await blobs.untilFree(blob)
        }
    }

    @Test("a part goes on where it stopped, in another process too, and the whole has one SHA-256")
    func resume() async throws {
        let folder = try TestFolder()
        let bytes = Sample.bytes(400_000)
        let blob = BlobID.random()
        var done = 0
        for end in [1, 65_536, 65_537, 200_000, 399_999, 400_000] {
            try await withBlobs(in: folder) { (blobs) in
                let part = done == 0 ? try await blobs.begin(blob, 400_000) : try await blobs.resume(blob, 400_000)
                #expect(part.byteCount == UInt64(done))
                try await part.append(all: Array(bytes[done..<end]))
                if end == bytes.count {
                    #expect(try await part.finish(SHA256.hash(bytes)).sha256 == SHA256.hash(bytes))
                } else {
                    #expect(try await part.sync() == UInt64(end))
                }
                await part.release()
            }
            done = end
        }
        #expect(try await withBlobs(in: folder) { try await $0.bytes(of: blob) } == bytes)
        #expect(folder.parts.isEmpty && folder.stored.count == 1)
    }

    @Test("what is taken back is gone, and what follows takes its place")
    func rollBack() async throws {
        try await withBlobs { (blobs) in
            let bytes = Sample.bytes(150_000)
            let blob = BlobID.random()
            let part = try await blobs.begin(blob, 150_000)
            try await part.append(all: Array(bytes[..<100_000]))
            try await part.append(all: Sample.bytes(50_000, seed: 9))
            try await part.rollBack(100_000)
            #expect(try await blobs.durableByteCount(blob, 150_000) == 100_000)
            try await part.append(all: Array(bytes[100_000...]))
            _ = try await part.finish(SHA256.hash(bytes))
            await part.release()
            #expect(try await blobs.bytes(of: blob) == bytes)
        }
    }

    @Test("too many bytes, too few and other ones make no blob")
    func refusals() async throws {
        try await withBlobs { (blobs) in
            for (count, digest, error) in [
                (11, nil, BlobError.tooLong), (9, nil, .incomplete), (10, SHA256.hash([]), .otherDigest),
            ] as [(Int, [UInt8]?, BlobError)] {
                let blob = BlobID.random()
                let part = try await blobs.begin(blob, 10)
                await #expect(throws: error) {
                    try await part.append(Sample.bytes(count))
                    _ = try await part.finish(digest)
                }
                await part.release()
                #expect(await !blobs.isStored(blob))
                try await blobs.remove(blob)
            }
            #expect(try await blobs.list(nil, 10).isEmpty)
        }
    }

    @Test("what is removed is off the disk, part or blob, and a reader reads on")
    func remove() async throws {
        let folder = try TestFolder()
        try await withBlobs(in: folder) { (blobs) in
            let (blob, other) = (BlobID.random(), BlobID.random())
            let bytes = Sample.bytes(100)
            try await blobs.put(bytes, as: blob)
            await (try await blobs.begin(other, 5)).release()
            let reader = try await blobs.open(blob)
            #expect(folder.parts.count == 1 && folder.stored.count == 1)
            for name in [blob, other, .random()] { try await blobs.remove(name) }
            #expect(folder.parts.isEmpty && folder.stored.isEmpty)
            #expect(await !blobs.isStored(blob))
            guard case .file(let file, _, _) = try await reader.piece(0, 100) else { return }
            #expect(try file.read(at: 0, byteCount: 100) == bytes)
        }
    }

    @Test("all names are listed in pages, parts and blobs alike")
    func list() async throws {
        try await withBlobs { (blobs) in
            var names: Set<BlobID> = []
            for index in 0..<60 {
                let blob = BlobID.random()
                names.insert(blob)
                if index % 3 == 0 { await (try await blobs.begin(blob, 5)).release() } else {
                    try await blobs.put([1, 2, 3], as: blob)
                }
            }
            var found: [BlobID] = []
            while true {
                let page = try await blobs.list(found.last, 7)
                if page.isEmpty { break }
                #expect(page.count <= 7)
                found += page
            }
            #expect(found.count == 60 && Set(found) == names)
        }
    }

    @Test("many parts at once keep their bytes apart")
    func concurrency() async throws {
        try await withBlobs { (blobs) in
            try await withThrowingTaskGroup(of: Void.self) { (group) in
                for seed in 0..<20 {
                    group.addTask {
                        let bytes = Sample.bytes(130_000 + seed, seed: UInt64(seed))
                        let blob = BlobID.random()
                        try await blobs.put(bytes, as: blob, pieceByteCount: 10_000)
                        #expect(try await blobs.bytes(of: blob) == bytes)
                    }
                }
                try await group.waitForAll()
            }
            #expect(blobs.status().storedBlobs == 20)
        }
    }

    @Test("many first blobs of one folder at once make the folder together")
    func sameFolder() async throws {
        for round in UInt64(0)..<8 {
            try await withBlobs { (blobs) in
                try await withThrowingTaskGroup(of: Void.self) { (group) in
                    for number in UInt64(0)..<16 {
                        let blob = BlobID(bytes: SixteenBytes(high: round << 44, low: number))
                        group.addTask { try await blobs.put([1, 2, 3], as: blob) }
                    }
                    try await group.waitForAll()
                }
                #expect(try await blobs.list(nil, 100).count == 16)
            }
        }
    }

    @Test("files of one shard lie in many folders, and are listed once each, page by page, also with those of another")
    func folders() async throws {
        let folder = try TestFolder()
        let shards = [0xA5C, 0x001].compactMap { Shard($0) }
        var made: Set<BlobID> = []
        try await withBlobs(in: folder) { (blobs) in
            for shard in shards {
                for index in UInt64(0)..<48 {
                    // Random after the shard, but for the digits that choose one of sixteen folders.
                    let random = BlobID.random(in: shard).bytes
                    let mask: UInt64 = 0xFF << 44
                    let high = random.high & ~mask | (index % 16 * 17) << 44
                    let blob = BlobID(bytes: SixteenBytes(high: high, low: random.low))
                    made.insert(blob)
                    try await blobs.put([1], as: blob)
                }
            }
            let begun = try await blobs.begin(.random(in: shards[0]), 10)
            await begun.release()
            var listed: [BlobID] = []
            while true {
                let page = try await blobs.list(listed.last, 7)
                guard !page.isEmpty else { break }
                #expect(page.count <= 7)
                listed += page
            }
            #expect(listed.count == 97 && Set(listed).count == 97 && made.isSubset(of: listed))
        }
        let folders = Set(folder.stored.map { $0.split(separator: "/")[0] })
        #expect(folders.count == 16)
        #expect(folders.contains("00") && folders.contains("ff"))
    }

    @Test("a closed place refuses")
    func closed() async throws {
        let folder = try TestFolder()
        let blobs = try DiskBlobs.open(folder: folder.blobs)
        await blobs.close()
        await blobs.close()
        await #expect(throws: BlobError.closed) { try await blobs.begin(.random(), 1) }
        await #expect(throws: BlobError.closed) { try await blobs.open(.random()) }
    }
}
