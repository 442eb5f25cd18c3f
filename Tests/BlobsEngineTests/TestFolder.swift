import BlobsEngine
import Crypto
import Foundation
import Store
import Testing
import Wire

/// A folder that goes away with the test.
final class TestFolder: Sendable {
    let path: String
    var blobs: String { path + "/media" }

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "blobs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Every file below, by its path from here.
    func files(below name: String) -> [String] {
        let all = FileManager.default.enumerator(atPath: blobs + "/" + name)?.allObjects as? [String] ?? []
        return all.filter {
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: blobs + "/\(name)/" + $0, isDirectory: &isFolder)
                && !isFolder.boolValue
        }
    }

    var parts: [String] { files(below: "parts") }
    var stored: [String] { files(below: "blobs") }
}

/// A place of the kind under test for as long as `body` runs. Another engine is held by the same tests when it is
/// opened here as well.
func withBlobs<R>(
    in folder: TestFolder? = nil, hasRoom: @escaping @Sendable () -> Bool = { true },
    strike: @escaping BlobStep.Strike = { _ in nil },
    _ body: (BlobStore) async throws -> R
) async throws -> R {
    let folder = try folder ?? TestFolder()
    let blobs = try DiskBlobs.open(folder: folder.blobs, hasRoom: hasRoom, strike: strike)
    do {
        let result = try await body(blobs)
        await blobs.close()
        return result
    } catch {
        await blobs.close()
        throw error
    }
}

enum Sample {
    /// Bytes that differ from place to place.
    static func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
    }
}

extension BlobStore {
    /// Stores `bytes` in pieces of `pieceByteCount`.
    @discardableResult
    func put(_ bytes: [UInt8], as blob: BlobID = .random(), pieceByteCount: Int = 50_000) async throws -> StoredBlob {
        let part = try await begin(blob, UInt64(bytes.count))
        try await part.append(all: bytes, pieceByteCount: pieceByteCount)
        let stored = try await part.finish(SHA256.hash(bytes))
        await part.release()
        return stored
    }

    /// The bytes of a stretch.
    func bytes(of blob: BlobID, _ range: Range<Int>? = nil) async throws -> [UInt8] {
        let reader = try await open(blob)
        let range = range ?? 0..<Int(reader.blob.byteCount)
        switch try await reader.piece(UInt64(range.lowerBound), UInt64(range.count)) {
        case .bytes(let bytes): return bytes
        case .file(let file, let offset, let byteCount): return try file.read(at: offset, byteCount: Int(byteCount))
        }
    }

    func isStored(_ blob: BlobID) async -> Bool { (try? await open(blob)) != nil }
}

extension BlobPart {
    func append(all bytes: [UInt8], pieceByteCount: Int = 50_000) async throws {
        for start in stride(from: 0, to: bytes.count, by: pieceByteCount) {
            try await append(Array(bytes[start..<min(bytes.count, start + pieceByteCount)]))
        }
    }
}
