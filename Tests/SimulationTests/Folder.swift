import Foundation
import Store
import TestKit
import Wire

/// A folder of one store, in memory where the system has such a place: what of it is durable is the simulation's to
/// say, so nothing waits for a disk. Goes away with its last holder.
final class Folder: Sendable {
    let path: String
    private static let names = ["sotto.end", "sotto.db", "sotto.db-wal"]

    var notePath: String { path + "/sotto.end" }
    private var log: URL { URL(filePath: path + "/sotto.db-wal") }
    private var files: [URL] { Self.names.map { URL(filePath: path + "/" + $0) } }

    init() throws {
        let memory = "/dev/shm"
        let parent = FileManager.default.isWritableFile(atPath: memory)
            ? URL(filePath: memory) : FileManager.default.temporaryDirectory
        let url = parent.appending(path: "simulation-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The files of a store that was just founded, once in a process.
    private static let founded: Result<[Data], any Error> = Result {
        let folder = try Folder()
        var configuration = StoreConfiguration()
        configuration.shard = .ofTests
        configuration.clock = { Timestamp(milliseconds: Simulation.start) }
        let done = DispatchSemaphore(value: 0)
        let store = try Store.open(folder: folder.path, configuration: configuration)
        Task.detached {
            await store.close()
            done.signal()
        }
        done.wait()
        return try folder.files.prefix(2).map { try Data(contentsOf: $0) }
    }

    /// A new store, which nobody has opened yet.
    static func fresh() throws -> Folder {
        let folder = try Folder()
        for (bytes, file) in zip(try founded.get(), folder.files) { try bytes.write(to: file) }
        return folder
    }

    var note: Data { (try? Data(contentsOf: URL(filePath: notePath))) ?? Data() }

    func copy() throws -> Folder {
        let copy = try Folder()
        for (from, to) in zip(files, copy.files) where FileManager.default.fileExists(atPath: from.path) {
            try FileManager.default.copyItem(at: from, to: to)
        }
        return copy
    }

    // MARK: A cut in the middle of a commit

    /// How much of what one commit wrote is on the disk after a cut.
    enum Extent: CaseIterable {
        case nothing
        /// Some sectors in any order, and not the last.
        case torn
        case everything
    }

    private static let sectorByteCount = 512
    private static let headByteCount = 32

    /// The files as a cut leaves them while the log changed from what `before` has to what this folder has.
    func cut(since before: Folder, _ extent: Extent, _ dice: inout SplitMix) throws -> Folder {
        let result = try before.copy()
        let after = (try? Data(contentsOf: log)) ?? Data()
        guard extent != .nothing, !after.isEmpty else { return result }
        if extent == .everything {
            try after.write(to: result.log)
            return result
        }
        var bytes = (try? Data(contentsOf: before.log)) ?? Data()
        let changed = stride(from: 0, to: after.count, by: Self.sectorByteCount).filter { (start) in
            let end = min(after.count, start + Self.sectorByteCount)
            return end > bytes.count || bytes[start..<end] != after[start..<end]
        }
        // A log that begins anew has its head on the disk before its frames.
        if bytes.prefix(Self.headByteCount) != after.prefix(Self.headByteCount) {
            Self.put(after, 0..<Self.headByteCount, into: &bytes)
        }
        for start in changed.dropLast() where Bool.random(using: &dice) {
            Self.put(after, start..<min(after.count, start + Self.sectorByteCount), into: &bytes)
        }
        try bytes.write(to: result.log)
        return result
    }

    private static func put(_ source: Data, _ range: Range<Int>, into target: inout Data) {
        if target.count < range.upperBound { target += Data(count: range.upperBound - target.count) }
        target.replaceSubrange(range, with: source[range])
    }
}
