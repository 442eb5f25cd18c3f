import Store
public import Wire

/// Works off what deleted accounts have left: rows step by step, then files.
///
/// What is to be done stands in the store, so it may be cut short anywhere, and run twice at the same time.
public struct AccountEraser: Sendable {
    private let chat: ChatEngine
    private let files: MediaFiles
    private static let accountsPerLook = 100
    /// Commands between two removals of files.
    private static let stepsPerBurial = 20

    /// What became of the accounts that were there.
    public struct Outcome: Sendable {
        /// Nothing is left of so many.
        public internal(set) var finishedCount = 0
        /// The last one, which a later call may get over.
        public internal(set) var failure: Problem?
        /// The server ends meanwhile: what is left is for its next start.
        public internal(set) var isCutShort = false
    }

    public init(chat: ChatEngine, files: MediaFiles) {
        self.chat = chat
        self.files = files
    }

    /// Goes on until nothing is left, or nothing goes. An account that fails keeps no other waiting.
    public func work() async -> Outcome {
        var outcome = Outcome()
        while let page = try? await doomed(), !page.isEmpty {
            let before = outcome.finishedCount
            for account in page {
                do throws(Problem) {
                    try await erase(account)
                    outcome.finishedCount += 1
                } catch where error.code == .shuttingDown {
                    outcome.isCutShort = true
                    return outcome
                } catch {
                    outcome.failure = error
                }
            }
            if outcome.finishedCount == before { break }
        }
        return outcome
    }

    private func doomed() async throws(Problem) -> [DoomedAccountRow] {
        try await chat.look { (look) throws(Problem) in
            try look.tables.rows(DoomedAccountRow.inOrder, limit: Self.accountsPerLook)
        }
    }

    private func erase(_ account: DoomedAccountRow) async throws(Problem) {
        var steps = 0
        var step: ErasureStep
        var owesBurial = false
        repeat {
            // Files go in between, so that the first are gone while the last rows are.
            step = try await chat.commit { (turn) throws(Problem) in try turn.erase(account) }
            steps += 1
            owesBurial = owesBurial || step == .media
            if owesBurial, step != .media || steps.isMultiple(of: Self.stepsPerBurial) {
                await files.bury()
                owesBurial = false
            }
        } while step != .finished
    }
}
