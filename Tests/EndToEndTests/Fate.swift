import TestKit
import Testing
import Wire

@testable import Client

/// Where a process dies, or a connection breaks.
final class Fate: @unchecked Sendable {
    /// Thrown where the process would have died.
    static let death = LocalStoreError.system(operation: "die", code: 0)

    // Touched by one client at a time, and by its test while that client is at rest.
    private var writesLeft: Int?
    private let isLastWriteDone: Bool
    /// Whether the last change of a file was a write: writes that follow each other count as one with the sync at their
    /// end, since what they write means nothing before that. The store's own tests strike at each of them.
    private var isWriting = false
    /// Whether the burst that kills has begun.
    private var isStriking = false
    private lazy var system = DoomedDisk { [unowned self] in verdict($0) }
    private var answersLeft: Int?
    private let endsWithAnswer: Bool
    private(set) var hasStruck = false
    /// Nothing is written and nobody is asked any more; who waits to try again gives up.
    var isDead: Bool { outlook.withLock { $0.isDead } }
    /// The server is out of reach, and nobody waits for it.
    var isOffline: Bool {
        get { outlook.withLock { $0.isOffline } }
        set { outlook.withLock { $0.isOffline = newValue } }
    }
    /// Asked by timers as well, from any thread.
    private let outlook = Guarded((isDead: false, isOffline: false))
    private let line = Guarded<SocketLine?>(nil)
    /// Called before each request that is not lost.
    var beforeRequest: (@Sendable (Network.Request) async -> Void)?
    /// Called once the server has answered a request, before anybody hears of that.
    var beforeAnswer: (@Sendable (Network.Request) async -> Void)?
    /// The next answer is lost.
    var losesNext = false
    /// Called with each request and what the server answered, also where the answer is lost; `nil` where none came.
    var heard: (@Sendable (Network.Request, Network.Answer?) -> Void)?
    /// Method and path of everything that was asked.
    private(set) var requests: [String] = []

    /// - Parameters:
    ///   - writes: bursts of writes with their sync, cuts and removals of files that still succeed; `nil` for all.
    ///   - isLastWriteDone: the one that kills has reached the disk.
    ///   - answers: of the server that still arrive; one is lost, then they arrive again.
    ///   - endsWithAnswer: the process dies with the answer that is lost.
    init(writes: Int? = nil, isLastWriteDone: Bool = false, answers: Int? = nil, endsWithAnswer: Bool = false) {
        writesLeft = writes
        self.endsWithAnswer = endsWithAnswer
        self.isLastWriteDone = isLastWriteDone
        answersLeft = answers
    }

    /// Runs a scenario with its fate at point 0, 1, 2 … until one in which it no longer strikes.
    /// - Returns: how many times it struck.
    @discardableResult
    static func everyPoint(_ scenario: (_ point: Int) async throws -> Bool) async throws -> Int {
        var point = 0
        while try await scenario(point) {
            point += 1
            try #require(point < 200)
        }
        return point
    }

    /// The process dies now.
    func die() {
        outlook.withLock { $0.isDead = true }
        hasStruck = true
    }

    /// What the store of a phone with this fate reaches the disk through.
    var disk: StoreDisk {
        StoreDisk(system: system.name, change: { [self] (change) throws(LocalStoreError) in
            switch verdict(.sync) {
            case .done: try change()
            case .doneAndFails:
                try change()
                throw Self.death
            case .fails, .full: throw Self.death
            }
        })
    }

    private func verdict(_ change: DoomedDisk.Change) -> DoomedDisk.Verdict {
        // Dead is dead: nothing changes any more.
        guard !isDead else { return .fails }
        let isFollowing = isWriting && (change == .write || change == .sync)
        isWriting = change == .write
        guard let left = writesLeft else { return .done }
        guard !hasStruck else { return .fails }
        if isFollowing {
            if !isStriking { return .done }
        } else if left > 0 {
            writesLeft = left - 1
            return .done
        }
        isStriking = true
        guard isLastWriteDone else {
            hasStruck = true
            return .fails
        }
        // All of the burst, and then death.
        guard change != .write else { return .done }
        hasStruck = true
        return .doneAndFails
    }

    /// A socket was opened.
    func opened(_ line: SocketLine) { self.line.withLock { $0 = line } }

    /// The socket that was opened last breaks.
    func cut() { line.withLock { $0 }?.cut() }

    func losesAnswer(to request: Network.Request) -> Bool {
        requests.append("\(request.method) \(request.path)")
        if losesNext {
            losesNext = false
            return true
        }
        guard let left = answersLeft else { return false }
        answersLeft = left == 0 ? nil : left - 1
        hasStruck = hasStruck || left == 0
        if left == 0, endsWithAnswer { die() }
        return left == 0
    }
}
