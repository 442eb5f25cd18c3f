import Store
import Testing
import Wire

/// Our own bugs trap rather than store nonsense. Each runs in a process of its own.
/// Mirrors `Tables`.
@Suite("Contract: misuse")
struct MisuseTests {
    @Test("throwing after a write, in a command that promised not to, traps")
    func throwingLate() async {
        await #expect(processExitsWith: .failure) { await Self.throwLate(.sqlite) }
    }

    @Test("an envelope for no device traps")
    func noDevice() async {
        await #expect(processExitsWith: .failure) { await Self.sendToNobody(.sqlite) }
    }

    private static func throwLate(_ engine: Engine) async {
        try? await withStore(engine) { (store) in
            try await store.write(checksFirst: true) { (tables) throws(Problem) in
                try tables.put(SettingRow(name: "a", value: [1]))
                throw Problem(.forbidden, "late")
            }
        }
    }

    private static func sendToNobody(_ engine: Engine) async {
        try? await withStore(engine) { (store) in
            _ = try await store.append(Sample.envelope(1, to: [.number(2)], from: nil))
        }
    }
}
