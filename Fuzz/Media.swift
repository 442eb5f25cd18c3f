@testable import Media

extension FuzzTarget {
    static let media = [
        FuzzTarget(name: "images", byteCountMax: 4096) { (bytes) in
            guard let facts = try? Probe().look(inMemory: bytes) else { return }
            let limits = MediaLimits()
            require(facts.width > 0 && facts.height > 0, "an image without pixels")
            require(facts.pixelCount <= limits.pixelCountMax, "too many pixels")
            require(facts.memoryByteCount <= limits.memoryByteCountMax, "too much memory")
            let job = ThumbnailJob(facts, of: bytes.count, for: ThumbnailRequest())
            require(ThumbnailJob(bytes: job.bytes) == job, "a job that does not read back")
            require(job.targets.allSatisfy { $0.width > 0 && $0.height > 0 }, "a thumbnail without pixels")
        },
        FuzzTarget(name: "videos", byteCountMax: 4096) { (bytes) in
            guard let facts = try? Probe().lookAtRecording(ProbeReader(bytes)) else { return }
            require((facts.durationMilliseconds ?? 0) >= 0, "a negative duration")
        },
        FuzzTarget(name: "thumbnails", byteCountMax: 4096) { (bytes) in
            let picture = Picture(size: PixelSize(width: 96, height: 64), bytes: bytes)
            for encoding in [ThumbnailRequest.Encoding.webp, .jpeg] {
                guard let made = try? OutputCheck.still(picture, as: encoding) else { continue }
                require((try? OutputCheck.still(made, as: encoding)) == made, "a check that changes what it made")
            }
            _ = try? OutputCheck.animation(picture, frameCountMax: 40)
        },
        FuzzTarget(name: "worker-replies", byteCountMax: 1024) { (bytes) in
            guard let reply = WorkerReply(bytes: bytes), case .refused = reply else { return }
            require(WorkerReply(bytes: reply.bytes) == reply, "a refusal that does not read back")
        },
    ]
}
