import Threads
import Wire

// Who waits for what was written down, and what they are told.

extension Mailer {
    /// Sees to it that a message that is awaited goes out, and gives its line.
    func outcome(of clientID: ClientID, at id: LineID) async throws(ClientError) -> Line {
        do throws(ClientError) {
            try await outcome(of: clientID)
            guard let line = try transcript.stagedLine(id) else { throw .noSuchMessage }
            return line
        } catch {
            throw whatIsTold(of: error, whileWaiting: .queued(clientID, line: id))
        }
    }

    /// The same of a deletion.
    func outcome(ofDeletion clientID: ClientID) async throws(ClientError) {
        do throws(ClientError) {
            try await outcome(of: clientID)
        } catch {
            throw whatIsTold(of: error, whileWaiting: .deletionQueued(clientID))
        }
    }

    /// What somebody who waits for what is written down hears of an error: that it waits, also where the account was
    /// closed meanwhile. Whoever took that for a failure and said the same again would have said it twice.
    func whatIsTold(of error: ClientError, whileWaiting waiting: ClientError) -> ClientError {
        if case .queued = error { return waiting }
        return ground.isOfClosing(error) ? waiting : error
    }

    /// Sees to it that a send that is awaited goes out: returns when the server has accepted it.
    private func outcome(of clientID: ClientID) async throws(ClientError) {
        while true {
            if let outcome = run.takeOutcome(clientID) { return try outcome.get() }
            guard !Task.isCancelled else {
                run.forget(clientID)
                // It is written down, and nobody else may begin for long.
                _ = await beginMessages()
                throw .queued(clientID)
            }
            if run.isRunning {
                await run.news.waitUnlessCancelled()
            } else {
                await sendMessages()
            }
        }
    }
}
