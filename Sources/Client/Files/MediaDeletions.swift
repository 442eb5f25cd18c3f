import Wire

/// Files at the server that nobody points to any more, until the server has deleted them.
final class MediaDeletions: Room {
    /// Sticker packs that are being made: what they have pinned so far is claimed by nothing in the store.
    var pinningCount = 0

    /// Deletes at the server the files of messages that were deleted here. What it cannot be asked for now waits.
    ///
    /// Asked on the connection that does not say who asks: the capability is enough.
    func deleteMedia() async {
        guard let calls = try? anonymousCalls() else { return }
        dropUnclaimed()
        for key in (try? keys(in: .mediaDeletions)) ?? [] {
            guard let deletion = try? read(key) else { continue }
            do throws(ClientError) {
                try await calls.run(
                    Endpoints.deleteMedia, deletion.media,
                    as: .init(headers: [Endpoints.deleteCapability(deletion.capability)]))
            } catch {
                // What was refused for good is gone already, or will never be ours to delete.
                guard case .refused = error, !error.isPassing else { return }
            }
            var transaction = StoreTransaction()
            transaction.remove(key)
            guard (try? commit(transaction)) != nil else { return }
        }
    }

    /// What was pinned for a pack that was never finished, by a process that has ended, is to be deleted.
    private func dropUnclaimed() {
        guard pinningCount == 0 else { return }
        guard let keys = try? keys(in: .unclaimed) else { return }
        let left = keys.compactMap { try? read($0) }
        if let transaction = StoreTransaction(deleting: left) { try? commit(transaction) }
    }
}

extension StoreTransaction {
    /// Has media deleted at the server that nothing is to claim any more; `nil` without any.
    init?(deleting deletions: [MediaDeletion]) {
        guard !deletions.isEmpty else { return nil }
        self.init()
        for deletion in deletions {
            remove(StoreKey<MediaDeletion>.unclaimed(deletion.media))
            put(deletion, at: .mediaDeletion(deletion.media))
        }
    }
}
