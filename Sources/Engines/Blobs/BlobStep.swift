package import Store

/// Where a blob's way may be cut short. Tests strike at each of them and look at what a crash there leaves.
package enum BlobStep: Sendable, CaseIterable {
    case write, writeProof, syncPart, writeTrailer, syncWhole, rename, syncFolder, remove

    /// Asked before the step is taken; what it returns ends the way there.
    package typealias Strike = @Sendable (BlobStep) -> BlobError?

    func begin(_ strike: Strike) throws(BlobError) {
        if let error = strike(self) { throw error }
    }
}
