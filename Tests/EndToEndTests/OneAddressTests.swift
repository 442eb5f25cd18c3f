import Glibc
import TestKit
import Testing
import Transport

/// An address belongs to one server.
@Suite struct OneAddressTests {
    /// Below those that the system gives out by itself.
    private static func freePort() -> UInt16 { .random(in: 20_000..<32_000) }

    @Test("a second server on the same address is refused by name, whatever its folder and its loops")
    func second() async throws {
        let house = try await House(arguments: ["--loops", "2"])
        let address = "127.0.0.1:\(house.server.port)"
        for (loops, option) in [("1", "--listen"), ("2", "--listen"), ("1", "--admin")] {
            let folder = try TemporaryFolder()
            let failure = #expect(throws: ServerProcess.Failure.self) {
                try ServerProcess(dataFolder: folder.path + "/data", arguments: ["--loops", loops, option, address])
            }
            let text = failure?.description ?? ""
            #expect(text.contains("ended with 1: "), "\(text)")
            #expect(text.contains("\(option) \(address) is in use"), "\(text)")
            #expect(text.contains("choose another port"), "\(text)")
        }
        for _ in 0..<20 { #expect(try await house.api.raw("GET", "/v1/time").status == 200) }
    }

    @Test("a first start that its address fails leaves nothing behind; where there is a store, that is looked at first")
    func nothingLeft() async throws {
        let house = try await House()
        let address = "127.0.0.1:\(house.server.port)"
        let failures = [
            ["--listen", address], ["--admin", address], ["--listen", "192.0.2.1:0", "--behind-proxy", "1"],
            ["--tls-certificate", "/dev/null", "--tls-key", "/dev/null"],
        ]
        for arguments in failures {
            let folder = try TemporaryFolder()
            #expect(throws: ServerProcess.Failure.self) {
                try ServerProcess(dataFolder: folder.path + "/data", arguments: arguments)
            }
            #expect(access(folder.path + "/data", F_OK) != 0, "\(arguments)")
        }
        let failure = #expect(throws: ServerProcess.Failure.self) {
            try ServerProcess(dataFolder: house.server.dataFolder, arguments: ["--listen", address])
        }
        #expect(failure?.description.contains("in use by another process") == true, "\(failure?.description ?? "")")
    }

    @Test("of two servers that start at the same moment on one address, one wins", arguments: [1, 2])
    func together(loops: Int) async throws {
        for _ in 0..<5 {
            let port = Self.freePort()
            let outcomes = try await withThrowingTaskGroup(of: ServerProcess?.self) { (group) in
                for _ in 0..<2 {
                    group.addTask {
                        let folder = try TemporaryFolder()
                        return try await StartingGate.shared.pass {
                            try? ServerProcess(
                                dataFolder: folder.path + "/data",
                                arguments: ["--loops", "\(loops)", "--listen", "127.0.0.1:\(port)"])
                        }
                    }
                }
                return try await group.reduce(into: [ServerProcess?]()) { $0.append($1) }
            }
            let winners = outcomes.compactMap { $0 }
            #expect(winners.count == 1)
            #expect(winners.first?.port == port)
            for winner in winners { #expect(winner.stop() == 0) }
        }
    }

    @Test("a server that was killed with open connections is back on its address at once")
    func restart() async throws {
        let folder = try TemporaryFolder()
        var house = try await House(folder: folder)
        let port = house.server.port
        for round in 0..<3 {
            let socket = try await house.socket(house.person("alice\(round)"))
            _ = try await socket.backlog()
            house.server.kill()
            house = try await House(arguments: ["--listen", "127.0.0.1:\(port)"], folder: folder)
            #expect(try await house.api.raw("GET", "/v1/time").status == 200)
        }
    }
}
