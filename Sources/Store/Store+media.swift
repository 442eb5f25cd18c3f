import Wire

extension Store {
    /// Sees that the folder of media is not empty where rows lead to files in it: as long as a volume is not mounted,
    /// what is uploaded would go where nobody finds it afterwards.
    /// - Throws: ``StoreError/noMedia(folder:)``.
    public func requireMedia(in folder: String) async throws(StoreError) {
        guard !StoreFolder.hasFiles(folder) else { return }
        let some: [MediaRow]
        do throws(Problem) {
            some = try await read { (tables) throws(Problem) in
                try tables.rows(MediaRow.inState, MediaState.ready, limit: 1)
            }
        } catch {
            // A row that is damaged is told to whoever asks for it.
            return
        }
        guard some.isEmpty else { throw .noMedia(folder: StoreFolder.lastComponent(folder)) }
    }
}
