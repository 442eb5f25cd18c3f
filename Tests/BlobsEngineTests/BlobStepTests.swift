import BlobsEngine
import Crypto
import Foundation
import Store
import Synchronization
import Testing
import Wire

/// A crash at every step, and bytes that decay.
@Suite("A blob's way, cut short", .timeLimit(.minutes(10)))
struct BlobStepTests {
    /// Strikes at the `count`th time that a step comes by, and ever after: the process is gone.
    private final class Fate: Sendable {
        private let left: Atomic<Int>
        private let step: BlobStep

        init(_ step: BlobStep, after count: Int) {
            self.step = step
            left = Atomic(count)
        }

        func strike(_ step: BlobStep) -> BlobError? {
            if left.load(ordering: .relaxed) <= 0 { return .failing(reason: "struck") }
            guard step == self.step else { return nil }
            return left.wrappingSubtract(1, ordering: .relaxed).newValue <= 0 ? .failing(reason: "struck") : nil
        }

        var hasStruck: Bool { left.load(ordering: .relaxed) <= 0 }
    }

    @Test(
        "a crash at any step leaves nothing reachable or the whole, and the upload goes on",
        arguments: BlobStep.allCases)
    func crash(step: BlobStep) async throws {
        let bytes = Sample.bytes(200_001)
        var struckCount = 0
        for count in 1...6 where step != .remove {
            let folder = try TestFolder()
            let blob = BlobID.random()
            let fate = Fate(step, after: count)
            var synced: UInt64 = 0
            await withKnownEnd {
                try await withBlobs(in: folder, strike: { fate.strike($0) }) { (blobs) in
                    let part = try await blobs.begin(blob, UInt64(bytes.count))
                    try await part.append(all: Array(bytes[..<120_000]))
                    synced = try await part.sync()
                    try await part.append(all: Array(bytes[120_000...]))
                    _ = try await part.finish(SHA256.hash(bytes))
                }
            }
            guard fate.hasStruck else { break }
            struckCount += 1
            try await withBlobs(in: folder) { (blobs) in
                if await blobs.isStored(blob) {
                    #expect(try await blobs.bytes(of: blob) == bytes)
                    #expect(step == .syncFolder)
                } else {
                    let part = try await blobs.resume(blob, UInt64(bytes.count))
                    #expect(part.byteCount >= synced && part.byteCount <= UInt64(bytes.count))
                    try await part.append(all: Array(bytes[Int(part.byteCount)...]))
                    _ = try await part.finish(SHA256.hash(bytes))
                    await part.release()
                    #expect(try await blobs.bytes(of: blob) == bytes)
                }
            }
            #expect(folder.parts.isEmpty && folder.stored.count == 1)
        }
        #expect(struckCount >= 1 || step == .remove)
    }

    @Test("a crash in a removal leaves it to be done again")
    func removal() async throws {
        let folder = try TestFolder()
        let blob = BlobID.random()
        let fate = Fate(.remove, after: 1)
        await withKnownEnd {
            try await withBlobs(in: folder, strike: { fate.strike($0) }) { (blobs) in
                try await blobs.put([1], as: blob)
                try await blobs.remove(blob)
            }
        }
        #expect(folder.stored.count == 1)
        try await withBlobs(in: folder) { try await $0.remove(blob) }
        #expect(folder.stored.isEmpty)
    }

    @Test("a disk without room refuses, and the upload goes on when there is some")
    func full() async throws {
        let folder = try TestFolder()
        let blob = BlobID.random()
        let bytes = Sample.bytes(300_000)
        let isFull = Atomic(true)
        try await withBlobs(
            in: folder, strike: { isFull.load(ordering: .relaxed) && $0 == .write ? .full : nil }
        ) { (blobs) in
            let part = try await blobs.begin(blob, 300_000)
            await #expect(throws: BlobError.full) {
                try await part.append(all: bytes)
                _ = try await part.sync()
            }
            await part.release()
            isFull.store(false, ordering: .relaxed)
            let again = try await blobs.resume(blob, 300_000)
            try await again.append(all: Array(bytes[Int(again.byteCount)...]))
            _ = try await again.finish(SHA256.hash(bytes))
            await again.release()
            #expect(try await blobs.bytes(of: blob) == bytes)
        }
    }

    @Test(
        "decay anywhere is noticed before a byte is given out, and told", arguments: [0, 65_535, 65_536, 199_999])
    func decay(offset: Int) async throws {
        let folder = try TestFolder()
        let blob = BlobID.random()
        let bytes = Sample.bytes(200_000)
        try await withBlobs(in: folder) { (blobs) in
            try await blobs.put(bytes, as: blob)
            try flip(offset, in: folder)
            await #expect(throws: BlobError.damaged) { try await blobs.bytes(of: blob) }
            await #expect(throws: BlobError.damaged) { try await blobs.bytes(of: blob, offset..<(offset + 1)) }
            // What lies in other chunks is as good as before.
            let other = offset < 65_536 ? 131_072 : 0
            #expect(try await blobs.bytes(of: blob, other..<(other + 100)) == Array(bytes[other..<(other + 100)]))
            #expect(blobs.status().damagedPieces == 2)
        }
    }

    @Test("a trailer that decayed, or a file that was cut, is damage", arguments: 1...88)
    func trailer(fromEnd: Int) async throws {
        let folder = try TestFolder()
        let blob = BlobID.random()
        try await withBlobs(in: folder) { (blobs) in
            try await blobs.put(Sample.bytes(200_000), as: blob)
            let file = folder.blobs + "/blobs/" + folder.stored[0]
            let handle = try #require(FileHandle(forUpdatingAtPath: file))
            let size = try handle.seekToEnd()
            if fromEnd % 2 == 0 { try handle.truncate(atOffset: size - UInt64(fromEnd)) } else {
                try flip(Int(size) - fromEnd, in: folder)
            }
            await #expect(throws: BlobError.damaged) { try await blobs.open(blob) }
        }
    }

    private func flip(_ offset: Int, in folder: TestFolder) throws {
        let handle = try #require(FileHandle(forUpdatingAtPath: folder.blobs + "/blobs/" + folder.stored[0]))
        try handle.seek(toOffset: UInt64(offset))
        let byte = try #require(try handle.read(upToCount: 1)?.first)
        try handle.seek(toOffset: UInt64(offset))
        try handle.write(contentsOf: [byte ^ 4])
        try handle.close()
    }

    /// Runs what a crash may end.
    private func withKnownEnd(_ body: () async throws -> Void) async { try? await body() }
}
