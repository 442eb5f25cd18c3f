import Glibc

/// Times what is short, by the processor time of this thread.
enum Stopwatch {
    /// Seconds that one call of each body takes, bodies in turn, so that what else the machine does meets all alike;
    /// the best of nine rounds of `count` calls.
    static func seconds(_ count: Int, _ bodies: [() -> Void]) -> [Double] {
        var best = [Double](repeating: .infinity, count: bodies.count)
        for _ in 0..<9 {
            for (index, body) in bodies.enumerated() {
                let start = now()
                for _ in 0..<count { body() }
                best[index] = min(best[index], (now() - start) / Double(count))
            }
        }
        return best
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// What is printed: rows of `name | ours | bare | ratio`.
enum Report {
    /// Ours beside the bare call into C that does the same; `byteCount` where speed is in bytes.
    static func beside(
        _ name: String, _ count: Int, byteCount: Int? = nil, ours: @escaping () -> Void, bare: @escaping () -> Void
    ) {
        let seconds = Stopwatch.seconds(count, [ours, bare])
        row(name, figure(seconds[0], byteCount), figure(seconds[1], byteCount), number(seconds[0] / seconds[1]))
    }

    /// Ours alone.
    static func alone(_ name: String, _ count: Int, byteCount: Int? = nil, _ body: @escaping () -> Void) {
        let seconds = Stopwatch.seconds(count, [body])[0]
        row(name, figure(seconds, byteCount), byteCount == nil ? "\(Int(1 / seconds))/s" : "", "")
    }

    private static func row(_ name: String, _ ours: String, _ bare: String, _ ratio: String) {
        print("\(name) | \(ours) | \(bare) | \(ratio)")
    }

    private static func figure(_ seconds: Double, _ byteCount: Int?) -> String {
        let micros = number(seconds * 1e6) + " µs"
        guard let byteCount else { return micros }
        return micros + ", " + number(Double(byteCount) / seconds / 1e9) + " GB/s"
    }

    /// Two places.
    static func number(_ value: Double) -> String {
        let scaled = Int((value * 100).rounded())
        let places = scaled % 100
        return "\(scaled / 100).\(places < 10 ? "0" : "")\(places)"
    }
}
