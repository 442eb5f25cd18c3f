import TestKit
import Testing
import Wire

/// `sotto` at a terminal that is no full screen.
@Suite("Lines at a terminal", .timeLimit(.minutes(10)))
struct LineModeTests {
    private func pane(_ house: House, of phone: Phone) throws -> TmuxPane {
        try TmuxPane(
            40, 24, variables: [
                "SOTTO_SERVER=http://127.0.0.1:\(house.server.port)",
                "SOTTO_CLIENT_DATA=\(phone.folder.path)/account",
            ])
    }

    @Test("no row of what others wrote looks like a line of its own")
    func wrapped() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice"), bob = try await Phone(house, as: "bob")
        let forged = "2026-11-21 03:15  #9 carol: yes"
        try await bob.send(String(repeating: "x", count: 70) + " " + forged, to: "alice")
        try await alice.fetch()
        await alice.account.close()
        let pane = try pane(house, of: alice)
        try pane.type("clear; sotto history bob; echo end")
        try pane.press("Enter")
        try await pane.wait("the history") { $0.contains("end") }
        let rows = try pane.rows().prefix { $0 != "end" }
        #expect(rows.filter { !$0.hasPrefix("    ") }.count == 1, "\(rows)")
        #expect(rows.contains { $0.contains("carol") })
    }
}
