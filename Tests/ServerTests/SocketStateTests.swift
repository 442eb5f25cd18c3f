import Chat
import Store
import Testing
import Wire

@testable import Server

/// Every event in every state, without socket and store.
@Suite struct SocketStateTests {
    /// Before hello: seven were sent, and two are there.
    private let some = QueueState(head: QueueNumber(7), deliveredThrough: QueueNumber(2), count: 5)

    private func number(_ value: UInt64) -> QueueNumber { QueueNumber(value) }

    /// Hello was said to a device that has everything up to `last`.
    private func live(at last: UInt64) -> SocketState {
        var state = SocketState.arriving
        _ = state.arrived(QueueState(head: number(last), deliveredThrough: number(last), count: 0))
        _ = state.read(through: nil, isEnd: true)
        return state
    }

    @Test("nothing is written before hello, and nothing after the end")
    func ends() {
        var state = SocketState.arriving
        #expect(state.last == nil && !state.isClosed)
        #expect(state.offered(number(1), isBehind: false) == .ignore)
        #expect(state.read(through: number(1), isEnd: false) == .ignore)
        state.postpone()
        #expect(state.drained() == nil)
        #expect(state.arrived(some) == .read(after: number(2)))
        #expect(state.last == number(2))
        state.close()
        #expect(state.isClosed && state.last == nil)
        #expect(state.arrived(some) == nil)
        #expect(state.offered(number(3), isBehind: false) == .ignore)
        #expect(state.read(through: number(3), isEnd: false) == .ignore)
        state.postpone()
        #expect(state.drained() == nil && state.isClosed)
    }

    @Test("a page that is put off is read once, from where the device is, when the socket has drained")
    func postponed() {
        var state = live(at: 4)
        #expect(state.drained() == nil)
        #expect(state.offered(number(5), isBehind: false) == .write)
        #expect(state.offered(number(6), isBehind: true) == .read(after: number(5)))
        state.postpone()
        // What comes meanwhile waits for the page, and moves nothing.
        #expect(state.offered(number(7), isBehind: false) == .ignore)
        #expect(state.read(through: number(7), isEnd: false) == .ignore)
        #expect(state.last == number(5))
        #expect(state.drained() == number(5))
        #expect(state.drained() == nil)
        #expect(state.read(through: number(6), isEnd: false) == .read(after: number(6)))
        #expect(state.read(through: number(7), isEnd: false) == .caughtUp(number(7)))
        #expect(state.offered(number(8), isBehind: false) == .write)
        #expect(state.last == number(8))
    }

    @Test("a line is entered once")
    func once() {
        var state = live(at: 4)
        #expect(state.arrived(some) == nil)
        #expect(state.last == number(4))
    }
}
