import Glibc

/// What the whole machine did, so that a figure tells how much of it was left to the server.
struct MachineUse {
    private let busy: UInt64
    private let stolen: UInt64
    private let time: UInt64

    /// The processor and the kernel, in a line.
    static var description: String {
        let model = TextFile.read("/proc/cpuinfo").split(separator: "\n").first { $0.hasPrefix("model name") }
        let name = model?.split(separator: ":").last.map(String.init) ?? " an unknown processor"
        let kernel = TextFile.read("/proc/sys/kernel/osrelease").split(separator: "\n").first.map(String.init) ?? ""
        return "\(sysconf(Int32(_SC_NPROCESSORS_ONLN))) processors,\(name), Linux \(kernel)"
    }

    static func now() -> MachineUse { MachineUse() }

    private init() {
        // cpu user nice system idle iowait irq softirq steal
        let line = TextFile.read("/proc/stat").split(separator: "\n").first ?? ""
        let ticks = line.split(separator: " ").dropFirst().map { UInt64($0) ?? 0 }
        let tick = 1_000_000_000 / UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))
        let known = ticks.count >= 8
        busy = known ? (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) * tick : 0
        stolen = known ? ticks[7] * tick : 0
        time = Monotonic.now()
    }

    /// The share of all cores that went to others than those who used `own` nanoseconds, since `start`.
    func figures(since start: MachineUse, own: Double) -> [Figure] {
        let whole = Double(time - start.time) * Double(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        let others = max(0, Double(busy - start.busy) - own)
        return [
            Figure("otherLoad", "other processes, of all cores", others / whole * 100, "%"),
            Figure("stolen", "taken by the hypervisor", Double(stolen - start.stolen) / whole * 100, "%"),
        ]
    }
}
