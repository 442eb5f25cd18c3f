/// What happened, line by line: a digest of all of it, so that two runs can be compared, and the last lines to read.
///
/// No line holds anything that is drawn outside of the seed, such as a random id: names are numbers given in order.
struct Trace {
    private(set) var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    private(set) var lineCount = 0
    private var last: [String] = []
    /// How many lines are kept to be read.
    private let keptCount: Int

    init(keptCount: Int) { self.keptCount = keptCount }

    mutating func note(_ line: String) {
        // FNV-1a, since it needs nothing.
        for byte in line.utf8 { digest = (digest ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        digest = (digest ^ 10) &* 0x0000_0100_0000_01B3
        lineCount += 1
        show(line)
    }

    /// A line to read, that two runs may have in another order.
    mutating func show(_ line: String) {
        if last.count / 2 >= keptCount { last.removeFirst(keptCount) }
        last.append(line)
    }

    var tail: [String] { last.suffix(keptCount) }
}
