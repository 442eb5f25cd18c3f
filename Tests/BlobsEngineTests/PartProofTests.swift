import Crypto
import Foundation
import Glibc
import Store
import Testing
import Wire

@testable import BlobsEngine

/// What a disk may have of a part after a power cut: bytes that were never flushed are there or not, in any blocks, and
/// the file may be longer than what is there of it. Scripts/faults/cuts.py does the same to a whole server.
@Suite("A part after a power cut", .timeLimit(.minutes(10)))
struct PartProofTests {
    private static let byteCount = 300_000
    private let bytes = Sample.bytes(Self.byteCount)

    /// A part with `count` bytes that were answered, in a folder whose process is gone.
    private func part(of count: Int, in folder: TestFolder, then more: Int = 0) async throws -> BlobID {
        let blob = BlobID.random()
        try await withBlobs(in: folder) { (blobs) in
            let part = try await blobs.begin(blob, UInt64(Self.byteCount))
            try await part.append(all: Array(bytes[..<count]))
            #expect(try await part.sync() == UInt64(count))
            if more > 0 { try await part.append(all: Array(bytes[count..<(count + more)])) }
            await part.release()
        }
        return blob
    }

    private func path(_ folder: TestFolder) throws -> String {
        folder.blobs + "/parts/" + (try #require(folder.parts.first))
    }

    private func write(_ bytes: [UInt8], at offset: Int, in folder: TestFolder) throws {
        let handle = try #require(FileHandle(forUpdatingAtPath: path(folder)))
        try handle.seek(toOffset: UInt64(offset))
        try handle.write(contentsOf: bytes)
        try handle.close()
    }

    /// The offset that a new process tells, before and while it takes the part; then the whole is to be right.
    private func offset(of blob: BlobID, in folder: TestFolder) async throws -> UInt64 {
        try await withBlobs(in: folder) { (blobs) in
            let told = try await blobs.durableByteCount(blob, UInt64(Self.byteCount))
            let part = try await blobs.resume(blob, UInt64(Self.byteCount))
            #expect(part.byteCount == told)
            try await part.append(all: Array(bytes[Int(told)...]))
            let stored = try await part.finish(nil)
            await part.release()
            #expect(stored.sha256 == SHA256.hash(bytes), "what was told is right")
            #expect(try await blobs.bytes(of: blob) == bytes)
            return told
        }
    }

    @Test("zeros behind what was answered do not count", arguments: [1, 4_096, 65_536, 100_000, 131_072, 131_073])
    func zeros(count: Int) async throws {
        let folder = try TestFolder()
        let blob = try await part(of: count, in: folder)
        try write([UInt8](repeating: 0, count: 90_000), at: count, in: folder)
        #expect(try await offset(of: blob, in: folder) == UInt64(count))
    }

    @Test(
        "a chunk that is torn does not count, nor what comes after it", arguments: [100_000, 140_000, 200_000, 262_143])
    func torn(place: Int) async throws {
        let folder = try TestFolder()
        let blob = try await part(of: 99_000, in: folder, then: 201_000)
        try write([UInt8](repeating: 0, count: 1), at: place, in: folder)
        let told = try await offset(of: blob, in: folder)
        #expect(told >= 99_000 && told <= UInt64(place))
    }

    @Test("a mark that is torn leaves the one before it", arguments: 0..<32)
    func tornMark(byte: Int) async throws {
        let folder = try TestFolder()
        let blob = try await part(of: 70_000, in: folder)
        try await withBlobs(in: folder) { (blobs) in
            let part = try await blobs.resume(blob, UInt64(Self.byteCount))
            try await part.append(Array(bytes[70_000..<71_000]))
            _ = try await part.sync()
            await part.release()
        }
        // The power went before the second answer: its mark, which is the other one, is half there.
        let layout = PartLayout(byteCountMax: UInt64(Self.byteCount))
        let file = try BlobFolder.open(path(folder), O_RDONLY)
        let marks = try layout.marks(in: file)
        let newest = try #require(marks.firstIndex { $0?.end == 71_000 })
        #expect(marks.contains { $0?.end == 70_000 })
        let old = try file.read(at: layout.markOffset(newest) + UInt64(byte), byteCount: 1)
        try write([old[0] ^ 1], at: Int(layout.markOffset(newest)) + byte, in: folder)
        #expect(try await offset(of: blob, in: folder) == 70_000)
    }

    @Test("what was never flushed counts after a crash, as far as it proves itself")
    func crash() async throws {
        let folder = try TestFolder()
        let long = Sample.bytes(5 << 20)
        let blob = BlobID.random()
        try await withBlobs(in: folder) { (blobs) in
            let part = try await blobs.begin(blob, UInt64(long.count))
            try await part.append(all: long)
            // Gone without a flush, as after SIGKILL.
            await part.release()
        }
        try await withBlobs(in: folder) { (blobs) in
            let told = try await blobs.durableByteCount(blob, UInt64(long.count))
            #expect(told == 4 << 20, "whole strokes carry their digests")
            let part = try await blobs.resume(blob, UInt64(long.count))
            try await part.append(all: Array(long[Int(told)...]))
            #expect(try await part.finish(nil).sha256 == SHA256.hash(long))
            await part.release()
        }
    }

    @Test("what was taken back stays away after a crash", arguments: [0, 65_536, 70_000])
    func takenBack(start: Int) async throws {
        let folder = try TestFolder()
        let blob = BlobID.random()
        try await withBlobs(in: folder) { (blobs) in
            let part = try await blobs.begin(blob, UInt64(Self.byteCount))
            if start > 0 {
                try await part.append(all: Array(bytes[..<start]))
                _ = try await part.sync()
            }
            try await part.append(all: Sample.bytes(200_000, seed: 9))
            // Other bytes with their proof, which the server took back then.
            _ = try await part.sync()
            try await part.rollBack(UInt64(start))
            await part.release()
        }
        #expect(try await offset(of: blob, in: folder) == UInt64(start))
    }

    @Test("a bit that flips in a part is found when it goes on", arguments: [0, 65_536, 150_000, 199_999])
    func decay(place: Int) async throws {
        let folder = try TestFolder()
        let blob = try await part(of: 200_000, in: folder)
        try write([bytes[place] ^ 4], at: place, in: folder)
        let told = try await offset(of: blob, in: folder)
        #expect(told <= UInt64(place))
    }

    @Test("a flip while the process runs is found as well, and the part then goes on from what is right")
    func decayInPlace() async throws {
        let folder = try TestFolder()
        try await withBlobs(in: folder) { (blobs) in
            let blob = BlobID.random()
            let part = try await blobs.begin(blob, UInt64(Self.byteCount))
            try await part.append(all: Array(bytes[..<200_000]))
            _ = try await part.sync()
            await part.release()
            // So many others rest meanwhile that what was known of it is forgotten.
            for _ in 0..<RestingParts.memoryCountMax {
                let other = try await blobs.begin(.random(), 1)
                _ = try await other.sync()
                await other.release()
            }
            try #require(folder.parts.count == RestingParts.memoryCountMax + 1)
            let name = BlobFolder.name(blob)
            let handle = try #require(FileHandle(forUpdatingAtPath: folder.blobs + "/parts/" + name))
            try handle.seek(toOffset: 70_000)
            try handle.write(contentsOf: [bytes[70_000] ^ 1])
            try handle.close()
            let damaged = try await blobs.resume(blob, UInt64(Self.byteCount))
            await #expect(throws: BlobError.damaged) {
                try await damaged.append([1])
                _ = try await damaged.sync()
            }
            await damaged.release()
            #expect(try await blobs.durableByteCount(blob, UInt64(Self.byteCount)) == 65_536)
            let sound = try await blobs.resume(blob, UInt64(Self.byteCount))
            try await sound.append(all: Array(bytes[65_536...]))
            #expect(try await sound.finish(nil).sha256 == SHA256.hash(bytes))
            await sound.release()
        }
    }

    @Test("a whole part of which only the trailer is missing is completed", arguments: [300_000, 65_536, 1])
    func whole(count: Int) async throws {
        let folder = try TestFolder()
        let blob = BlobID.random()
        let bytes = Array(bytes[..<count])
        for step in [BlobStep.syncWhole, .rename] {
            try? await withBlobs(in: folder, strike: { $0 == step ? .failing(reason: "struck") : nil }) { (blobs) in
                let part = step == .syncWhole
                    ? try await blobs.begin(blob, UInt64(count)) : try await blobs.resume(blob, UInt64(count))
                if part.byteCount < UInt64(count) { try await part.append(all: bytes) }
                _ = try await part.finish(nil)
            }
        }
        try await withBlobs(in: folder) { (blobs) in
            #expect(try await blobs.durableByteCount(blob, UInt64(count)) == UInt64(count))
            let part = try await blobs.resume(blob, UInt64(count))
            #expect(try await part.finish(nil).sha256 == SHA256.hash(bytes))
            await part.release()
            #expect(try await blobs.bytes(of: blob) == bytes)
        }
    }
}
