import Crypto
import Glibc
import Store
import Testing
import Wire

@testable import BlobsEngine

/// What a part that goes on reads again of what it has: nothing, unless a restart forgot it.
@Suite(.timeLimit(.minutes(10))) struct PartMemoryTests {
    @Test("a part that goes on in the same process reads nothing again, and its SHA-256 is right")
    func resume() async throws {
        try await withBlobs { (blobs) in
            let bytes = Sample.bytes(400_000)
            let blob = BlobID.random()
            for (start, end) in [(0, 1), (1, 65_536), (65_536, 200_001), (200_001, 400_000)] {
                let part =
                    start == 0 ? try await blobs.begin(blob, 400_000) : try await blobs.resume(blob, 400_000)
                try await part.append(all: Array(bytes[start..<end]))
                _ = try await part.sync()
                await part.release()
            }
            let part = try await blobs.resume(blob, 400_000)
            #expect(try await part.finish(SHA256.hash(bytes)).sha256 == SHA256.hash(bytes))
            await part.release()
            #expect(blobs.status().rereadBytes == 0)
            #expect(try await blobs.bytes(of: blob) == bytes)
        }
    }

    @Test("after a restart a part is read once, by whoever asks for it first")
    func restart() async throws {
        let folder = try TestFolder()
        let bytes = Sample.bytes(300_000)
        let blob = BlobID.random()
        try await withBlobs(in: folder) { (blobs) in
            let part = try await blobs.begin(blob, 300_000)
            try await part.append(all: Array(bytes[..<200_000]))
            _ = try await part.sync()
            await part.release()
        }
        try await withBlobs(in: folder) { (blobs) in
            #expect(try await blobs.durableByteCount(blob, 300_000) == 200_000)
            #expect(blobs.status().rereadBytes == UInt64(4 * 65_536))
            for _ in 0..<3 {
                #expect(try await blobs.durableByteCount(blob, 300_000) == 200_000)
                let part = try await blobs.resume(blob, 300_000)
                #expect(part.byteCount == 200_000)
                await #expect(throws: BlobError.incomplete) { try await part.finish(nil) }
                await part.release()
                let other = try await blobs.resume(blob, 300_000)
                #expect(try await other.sync() == 200_000)
                await other.release()
            }
            for end in [200_001, 200_002, 300_000] {
                let part = try await blobs.resume(blob, 300_000)
                try await part.append(Array(bytes[Int(part.byteCount)..<end]))
                _ = try await part.sync()
                await part.release()
            }
            let part = try await blobs.resume(blob, 300_000)
            _ = try await part.finish(SHA256.hash(bytes))
            await part.release()
            #expect(blobs.status().rereadBytes == UInt64(4 * 65_536))
        }
    }

    @Test("what is taken back costs no reading, and what follows is hashed right")
    func takenBack() async throws {
        try await withBlobs { (blobs) in
            let bytes = Sample.bytes(150_000)
            let blob = BlobID.random()
            let first = try await blobs.begin(blob, 150_000)
            try await first.append(all: Array(bytes[..<100_000]))
            _ = try await first.sync()
            await first.release()
            for _ in 0..<3 {
                let part = try await blobs.resume(blob, 150_000)
                try await part.append(all: Sample.bytes(50_000, seed: 9))
                try await part.rollBack(100_000)
                await part.release()
            }
            let last = try await blobs.resume(blob, 150_000)
            try await last.append(all: Array(bytes[100_000...]))
            _ = try await last.finish(SHA256.hash(bytes))
            await last.release()
            #expect(blobs.status().rereadBytes == 0)
        }
    }

    @Test("what is remembered of a file that was cut is forgotten, and what proves nothing does not count")
    func shorter() async throws {
        let folder = try TestFolder()
        try await withBlobs(in: folder) { (blobs) in
            let bytes = Sample.bytes(100_000)
            let blob = BlobID.random()
            let first = try await blobs.begin(blob, 100_000)
            try await first.append(all: Array(bytes[..<90_000]))
            _ = try await first.sync()
            await first.release()
            let name = try #require(folder.parts.first)
            #expect(truncate(folder.blobs + "/parts/" + name, 80_000) == 0)
            let part = try await blobs.resume(blob, 100_000)
            #expect(part.byteCount == 0)
            try await part.append(all: bytes)
            _ = try await part.finish(SHA256.hash(bytes))
            await part.release()
            #expect(try await blobs.bytes(of: blob) == bytes)
        }
    }

    @Test("memories are kept of the latest parts only")
    func bound() {
        var resting = RestingParts()
        let blobs = (0...RestingParts.memoryCountMax).map { _ in BlobID.random() }
        for blob in blobs { resting.keep(PartRest(byteCount: 7, memory: PartMemory()), of: blob) }
        #expect(blobs.allSatisfy { resting.byteCount(of: $0) == 7 })
        let oldest = resting.take(blobs[0])
        #expect(oldest?.byteCount == 7 && oldest?.memory == nil)
        #expect(resting.take(blobs[1])?.memory != nil)
        #expect(resting.take(blobs[1]) == nil)
    }

    @Test("a disk below its floor takes no more, and a long append ends there with what it has")
    func floor() async throws {
        #expect(FreeSpace(path: "/", floorByteCount: 0).hasRoom)
        #expect(!FreeSpace(path: "/", floorByteCount: .max).hasRoom)
        #expect(FreeSpace(path: "/no such place", floorByteCount: .max).hasRoom)
        try await withBlobs(hasRoom: { false }) { (blobs) in
            #expect(!blobs.hasRoom())
            let part = try await blobs.begin(.random(), 20 << 20)
            await #expect(throws: BlobError.full) {
                let piece = [UInt8](repeating: 1, count: 1 << 20)
                for _ in 0..<20 { try await part.append(piece) }
                _ = try await part.sync()
            }
            await part.release()
        }
    }
}
