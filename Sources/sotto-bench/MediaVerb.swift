import Glibc
import Media
import Wire

/// What a thumbnail costs in the sandboxed worker, for one file; `Scripts/bench-media.py` puts others beside it.
enum MediaVerb {
    static func run(_ arguments: BenchArguments) async throws {
        guard let path = arguments["file"] else { throw BenchError.usage("media needs --file FILE.") }
        let worker = try arguments["worker"] ?? Rig.neighbour("sotto-media")
        let pool = WorkerPool(.init(workerPath: worker))
        defer { pool.shutdown() }
        let request = ThumbnailRequest(
            sides: [max(1, min(arguments.number("size", default: 320), ThumbnailRequest.sideMax))], wantsPreview: false)
        let figures = try await measure(path, request, pool, count: max(1, arguments.number("count", default: 100)))
        let measurement = Measurement(verb: "media", title: "media: \(path)", figures: figures)
        print(arguments.has("json") ? measurement.json() : measurement.text())
    }

    private static func measure(
        _ path: String, _ request: ThumbnailRequest, _ pool: WorkerPool, count: Int
    ) async throws -> [Figure] {
        let thumbnailer = Thumbnailer(pool: pool)
        func once() async throws {
            guard case .open(let media) = Upload(try ReadOnlyFile(path: path), declared: .open) else { return }
            _ = try await thumbnailer.thumbnails(of: media, request)
        }
        for _ in 0..<3 { try await once() }
        guard let process = pool.counts.processes.first else { throw BenchError.server("there is no worker") }
        let cpu = ServerFigures.cpu(of: process), own = ServerFigures.cpu(of: getpid())
        let start = Monotonic.now()
        for _ in 0..<count { try await once() }
        let wall = Monotonic.now() - start
        let workerCPU = ServerFigures.cpu(of: process) - cpu, ownCPU = ServerFigures.cpu(of: getpid()) - own
        let peak = ServerFigures.resident(of: process, field: "VmHWM")
        func each(_ nanoseconds: UInt64) -> Double { Double(nanoseconds) / Double(count) / 1_000_000 }
        var respawns: [UInt64] = []
        for _ in 0..<5 {
            if let process = pool.counts.processes.first { kill(process, SIGKILL) }
            let start = Monotonic.now()
            try await once()
            respawns.append(Monotonic.now() - start)
        }
        let respawn = Double(respawns.sorted()[2]) / 1_000_000
        return [
            Figure("wall", "one image, by the clock", each(wall), "ms"),
            Figure("workerCPU", "one image, CPU of the worker", each(workerCPU), "ms"),
            Figure("ownCPU", "one image, CPU of the process that asks", each(ownCPU), "ms"),
            Figure("peak", "resident memory of the worker at most", Double(peak) / 1_000_000, "MB"),
            Figure("respawn", "kill, new worker and one image", respawn, "ms"),
        ]
    }
}
