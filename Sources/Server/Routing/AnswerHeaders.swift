import Threads

/// Fields that a handler adds to its answer, besides those that every answer has.
final class AnswerHeaders: @unchecked Sendable {
    private let lock = Lock()
    // Unchecked because this is guarded by `lock`.
    private var fields: [(String, String)] = []

    var all: [(String, String)] { lock.withLock { fields } }

    func append(_ name: String, _ value: String) { lock.withLock { fields.append((name, value)) } }
}
