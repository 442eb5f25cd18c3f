import Store
import TestKit
import Testing
import Wire

@testable import Chat
@testable import Server

/// Without a worker: what is decided before one is needed.
@Suite struct ThumbnailProcessorTests {
    private func verdict(byteCount: UInt64, _ error: BlobError) async throws -> MediaProcessor.Verdict {
        let row = try UploadDraft(
            in: .ofTests, by: .init(account: .random(), device: .init(1)), mediaClass: .open, byteCount: byteCount,
            sha256: nil, conversation: .random(), lifetime: .usual, expiresSeconds: nil,
            now: .init(milliseconds: 1)
        ).row
        var complete = row
        complete.state = .processing
        let reader = BlobReader(blob: StoredBlob(byteCount: byteCount, sha256: [])) { (_, _) throws(BlobError) in
            throw error
        }
        let processor = MediaProcessor.processor(by: MediaWorkers(workerPath: "/nowhere"))
        return await processor.process(try #require(OpenUpload(complete)), reader)
    }

    @Test("a file above every bound fails before a byte of it is read")
    func size() async throws {
        let verdict = try await verdict(byteCount: (2 << 30) + 1, .overloaded)
        guard case .failed("too-large") = verdict else { throw Unexpected(verdict) }
    }

    @Test("damage and absence are final, a busy disk is not")
    func damage() async throws {
        let damaged = try await verdict(byteCount: 1, .damaged)
        guard case .failed("damaged") = damaged else { throw Unexpected(damaged) }
        let missing = try await verdict(byteCount: 1, .absent)
        guard case .failed("missing") = missing else { throw Unexpected(missing) }
        let busy = try await verdict(byteCount: 1, .overloaded)
        guard case .later = busy else { throw Unexpected(busy) }
    }

    private struct Unexpected: Error {
        let verdict: String
        init(_ verdict: MediaProcessor.Verdict) { self.verdict = "\(verdict)" }
    }
}
