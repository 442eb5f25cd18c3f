import Glibc
import Server
import Store

/// `sottod accept-loss`: goes on with what is left of a store that the server refuses to serve.
enum AcceptLossVerb {
    static let help = """
        sottod accept-loss: goes on with what is left of a store that lacks something at its end, and that the server
        refuses for it; also with a copy, which has no note of its end. Looks through all of it first, moves every
        counter on so that no number is given twice, and begins a new incarnation, which clients are told.

        Usage: sottod accept-loss [--data FOLDER]

          --data FOLDER   the data folder of the server [SOTTO_DATA]
          --help          Print this.

        Rows that are damaged by themselves are named, a line each, and stay as they are; whoever asks for one is told.

        Ends with 0 when it is done, 1 when nothing was changed: because nothing is lost, or because what is left is
        of two moments or damaged in its structure; and 2 when it was called wrongly.
        """

    /// - Returns: the exit status.
    static func run(_ configuration: ServerConfiguration) -> Int32 {
        let accepted: AcceptedLoss
        do throws(StoreError) {
            accepted = try Store.acceptLoss(folder: configuration.dataFolder)
        } catch {
            say("sottod accept-loss: in \(configuration.dataFolder): \(error)\n", to: STDERR_FILENO)
            return 1
        }
        for line in accepted.damage { say("damaged: \(line)\n", to: STDOUT_FILENO) }
        let state = accepted.damage.isEmpty
            ? "what is left is sound"
            : "what is left is of one moment, with the damage above. It stays as it is and is not served"
        let text = """
            The store \(accepted.loss).
              looked through  every record, row and page: \(state)
              numbers         go on \(accepted.skippedCount) further, so that none is given twice
              incarnation     \(accepted.incarnation.number), \(accepted.incarnation.id)
            Clients are told the incarnation and see that it is another one. Start the server.

            """
        say(text, to: STDOUT_FILENO)
        return 0
    }

    private static func say(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
}
