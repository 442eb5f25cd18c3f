import Chat
import Store
import Wire

/// Notes the time, removes what has run out, a little at a time, so that no sweep holds up a send, and says what the
/// store found wrong with itself.
actor Janitor {
    static let interval = Duration.seconds(60)
    static let rowsPerCommand = 500

    private let chat: ChatEngine
    private let log: Log
    private let status: @Sendable () -> StoreStatus
    private var findings: [String] = []
    private var isHolding = false

    init(chat: ChatEngine, log: Log, status: @escaping @Sendable () -> StoreStatus) {
        self.chat = chat
        self.log = log
        self.status = status
    }

    func sweep() async {
        await noteTime()
        noteFindings()
        await removeRows()
    }

    private func noteTime() async {
        let noted = try? await chat.commit { (turn) throws(Problem) in try turn.noteTime() }
        guard let noted, noted != isHolding else { return }
        isHolding = noted
        if isHolding { log.warning("clock.jumped", []) } else { log.info("clock.believed", []) }
    }

    /// Each time they are others. What is damaged is named by `sottod verify`: keys of rows stay out of the log.
    func noteFindings() {
        let now = status()
        guard now.findings != findings else { return }
        findings = now.findings
        guard let first = findings.first else { return log.info("store.sound", []) }
        let place = String(first.prefix { $0 != ":" })
        log.error("store.damaged", [("findings", .number(now.findingCount)), ("first", .text(place))])
    }

    private func removeRows() async {
        var removedCount = 0
        do throws(Problem) {
            while !Task.isCancelled {
                let count = try await chat.commit { (turn) throws(Problem) in
                    try turn.sweepRows(limit: Self.rowsPerCommand)
                }
                guard count > 0 else { break }
                removedCount += count
            }
        } catch {
            log.failed("sweep.failed", error)
        }
        if removedCount > 0 { log.debug("sweep", [("rows", .number(UInt64(removedCount)))]) }
    }
}
