import Testing

@testable import Client

@Suite("What is done beside a connection") struct CompanionsTests {
    @Test("of each kind one at a time, and once more for whatever was asked meanwhile")
    func onceMore() {
        var companions = Companions()
        var startCount = 0
        func ask(_ kind: Companions.Kind) {
            companions.ask(for: kind) {
                startCount += 1
                return Task {}
            }
        }
        ask(.catchUpAll)
        #expect(startCount == 1 && !companions.isWantedAgain(.catchUpAll))
        for _ in 0..<1_000 { ask(.catchUpAll) }
        #expect(startCount == 1 && companions.isWantedAgain(.catchUpAll))
        ask(.preKeys)
        #expect(startCount == 2 && companions.tasks.count == 2)
        let isOnceMore = companions.hasEnded(.catchUpAll)
        #expect(isOnceMore && !companions.isWantedAgain(.catchUpAll) && companions.tasks.count == 2)
        let isOver = !companions.hasEnded(.catchUpAll)
        #expect(isOver && companions.tasks.count == 1)
        ask(.catchUpAll)
        #expect(startCount == 3)
    }
}
