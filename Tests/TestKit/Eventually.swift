/// Asks another process again and again, for ten seconds at most, until something is so that it tells nobody by itself.
public func eventually(_ isSo: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<500 {
        if try await isSo() { return true }
        try await Task.sleep(for: .milliseconds(20))
    }
    return false
}
