import BlobsEngine
import Glibc
import Store
import TestKit
import Testing
import Wire

@testable import Server

@Suite struct ServerTests {
    @Test("a start that fails closes all that it opened, wherever it fails, and the next one succeeds")
    func failedStarts() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let taken = ListeningSocket()
            var sound = ServerConfiguration()
            sound.dataFolder = folder.path + "/data"
            (sound.port, sound.adminPort, sound.loopCount) = (ListeningSocket().port, 0, 2)
            sound.logLevel = .error
            // What a process opens once and keeps.
            try await StartedServer.start(sound).shutdown()
            let before = OpenThings.now()
            for failure in StartFailure.allCases {
                // Of a store that is there, and of one that is to be made: not the same things come first.
                for name in ["data", "new-\(failure)"] {
                    var sound = sound
                    sound.dataFolder = folder.path + "/" + name
                    let failing = failure.applied(to: sound, taken.port)
                    await #expect(throws: (any Error).self, "\(failure), \(name)") {
                        try await StartedServer.start(failing, failure)
                    }
                    await OpenThings.expect(before, after: "\(failure), \(name)")
                    try await StartedServer.start(sound).shutdown()
                }
            }
        }
    }
}

/// Where a start may fail.
private enum StartFailure: CaseIterable {
    case store, blobs, certificate, address, adminAddress

    func applied(to sound: ServerConfiguration, _ takenPort: UInt16) -> ServerConfiguration {
        var configuration = sound
        switch self {
        case .store, .blobs: break
        case .certificate: (configuration.certificatePath, configuration.privateKeyPath) = ("/dev/null", "/dev/null")
        case .address: configuration.port = takenPort
        case .adminAddress: configuration.adminPort = takenPort
        }
        return configuration
    }
}

private enum StartedServer {
    struct Planned: Error {}

    @discardableResult
    static func start(
        _ configuration: ServerConfiguration, _ failure: StartFailure? = nil
    ) async throws -> Server {
        let folder = configuration.dataFolder
        let clock: @Sendable () -> Timestamp = { Timestamp(milliseconds: Timestamp.wallClock) }
        return try await Server(configuration, clock: clock) { (afterBatch) in
            if failure == .store { throw Planned() }
            return try Store.open(folder: folder, afterBatch: afterBatch)
        } openBlobs: {
            if failure == .blobs { throw Planned() }
            return try DiskBlobs.open(folder: folder + "/media")
        }
    }
}

/// What this process holds on to: threads by name, descriptors by what is behind them.
private enum OpenThings {
    static func now() -> [String] {
        names(in: "/proc/self/task") { TextFile.read("/proc/self/task/\($0)/comm") }
            + names(in: "/proc/self/fd") { (name) in
                var text = [CChar](repeating: 0, count: 256)
                let count = readlink("/proc/self/fd/\(name)", &text, text.count)
                let path = String(decoding: text.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
                // Sockets and pipes have numbers, which are others each time.
                return String(path.prefix { $0 != "[" })
            }
    }

    /// A thread that was told to end may take a moment, and so may whatever it was the last to hold; before as well.
    static func expect(_ before: [String], after what: String) async {
        let deadline = ContinuousClock.now + .seconds(20)
        while !left(over: before).isEmpty, ContinuousClock.now < deadline { await Task.yield() }
        #expect(left(over: before).isEmpty, "after \(what)")
    }

    private static func left(over before: [String]) -> [String] {
        var earlier = before
        return now().filter { (name) in
            guard let index = earlier.firstIndex(of: name) else { return true }
            earlier.remove(at: index)
            return false
        }
    }

    private static func names(in folder: String, _ name: (String) -> String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var found: [String] = []
        while let entry = readdir(stream) {
            let text = withUnsafeBytes(of: &entry.pointee.d_name) { (raw) in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            // The listing's own descriptor is there each time.
            if text.first?.isNumber == true { found.append(name(text)) }
        }
        return found.sorted()
    }
}

/// A socket that listens on a free port for as long as it lives.
private final class ListeningSocket: Sendable {
    private let descriptor: Int32
    let port: UInt16

    init() {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { (pointer) in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { (pointer) in
                _ = bind(descriptor, pointer, size)
                _ = listen(descriptor, 1)
                getsockname(descriptor, pointer, &size)
            }
        }
        self.descriptor = descriptor
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }
}
