import Glibc
import TestKit
import Testing

@testable import Client

@Suite("The owner's thread")
struct OwnerThreadTests {
    private actor Worker {
        let thread = OwnerThread()
        nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

        /// The system's number of the thread that this runs on.
        func number() -> String {
            var target = [CChar](repeating: 0, count: 64)
            let count = readlink("/proc/thread-self", &target, target.count)
            let path = String(decoding: target.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return path.split(separator: "/").last.map { String($0) } ?? ""
        }

        func numbers(_ count: Int) async -> Set<String> {
            var numbers: Set<String> = []
            for _ in 0..<count {
                await Task.yield()
                numbers.insert(number())
            }
            return numbers
        }
    }

    @Test("an actor runs on one thread of its own, and that ends with it")
    func ends() async throws {
        var worker: Worker? = Worker()
        var other: Worker? = Worker()
        let number = try #require(await worker?.number())
        let numbers = await withTaskGroup(of: Set<String>.self) { (group) in
            for _ in 0..<8 { group.addTask { [worker] in await worker?.numbers(50) ?? [] } }
            return await group.reduce(into: Set<String>()) { $0.formUnion($1) }
        }
        #expect(numbers == [number])
        #expect(await other?.number() != number)
        #expect(access("/proc/self/task/\(number)", F_OK) == 0)
        worker = nil
        other = nil
        #expect(try await eventually { access("/proc/self/task/\(number)", F_OK) != 0 })
    }
}
