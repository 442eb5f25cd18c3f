/// Something that happens once, and those who wait for it.
package final class Latch: @unchecked Sendable {
    // Unchecked because `lock` guards the fields.
    private let lock = Lock()
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// It has not happened.
    package init() {}

    /// It has happened: lets all go on who wait, and who come later. Again changes nothing.
    package func open() {
        let all = lock.withLock {
            isOpen = true
            defer { waiting = [] }
            return waiting
        }
        for continuation in all { continuation.resume() }
    }

    /// Returns when it has happened.
    package func wait() async {
        await withCheckedContinuation { (continuation) in
            let isOver = lock.withLock {
                if !isOpen { waiting.append(continuation) }
                return isOpen
            }
            if isOver { continuation.resume() }
        }
    }
}
