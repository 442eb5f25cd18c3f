/// What a run did, so that one can see that it did something.
struct Tally: Sendable, CustomStringConvertible {
    var seeds = 0
    var steps = 0
    var commands = 0
    var batches = 0
    var refusals = 0
    var looks = 0
    var sends = 0
    var posts = 0
    var delivered = 0
    var replays = 0
    var lost = 0
    var doubled = 0
    var breaks = 0
    var kills = 0
    var cuts = 0
    var restarts = 0
    var flushes = 0
    var checkpoints = 0
    var jumps = 0

    static func + (left: Tally, right: Tally) -> Tally {
        var sum = left
        for path in Tally.all { sum[keyPath: path.1] += right[keyPath: path.1] }
        return sum
    }

    private static var all: [(String, WritableKeyPath<Tally, Int>)] {
        [
            ("seeds", \.seeds), ("steps", \.steps), ("commands", \.commands), ("batches", \.batches),
            ("refused", \.refusals), ("looks", \.looks), ("sends", \.sends), ("posts", \.posts),
            ("envelopes delivered", \.delivered), ("replays", \.replays), ("requests or answers lost", \.lost),
            ("doubled", \.doubled), ("lines broken", \.breaks), ("kills", \.kills), ("cut commits", \.cuts),
            ("orderly restarts", \.restarts), ("flush slices", \.flushes), ("checkpoints", \.checkpoints),
            ("clock jumps", \.jumps),
        ]
    }

    var description: String { Self.all.map { "\(self[keyPath: $0.1]) \($0.0)" }.joined(separator: ", ") }
}
