import Glibc
import Server
import Store

/// `sottod verify`: holds everything that a data folder says against itself, and changes nothing. A server may run on
/// it meanwhile.
enum VerifyVerb {
    static let help = """
        sottod verify: checks every row of a data folder against its digest, the log against what it is found by, and
        counts against what they count. Reads only; a server may run meanwhile.

        Usage: sottod verify [--data FOLDER]

          --data FOLDER   the data folder of the server [SOTTO_DATA]
          --help          Print this.

        Prints one line for each finding. Ends with 0 when there is none, 3 when there are some, 1 when the store
        cannot be opened, and 2 when it was called wrongly.
        """

    /// - Returns: the exit status.
    static func run(_ configuration: ServerConfiguration) -> Int32 {
        let outcome: StoreCheck.Outcome
        do throws(StoreError) {
            outcome = try StoreCheck.run(folder: configuration.dataFolder)
        } catch {
            say("sottod verify: \(error)\n", to: STDERR_FILENO)
            return 1
        }
        for line in outcome.findings { say(line + "\n", to: STDOUT_FILENO) }
        if outcome.findingCount > outcome.findings.count {
            say("and \(outcome.findingCount - outcome.findings.count) more\n", to: STDOUT_FILENO)
        }
        let verdict = outcome.findingCount == 0 ? "Nothing is wrong." : "\(outcome.findingCount) findings."
        say("\(outcome.rowCount) rows were checked. \(verdict)\n", to: STDOUT_FILENO)
        return outcome.findingCount == 0 ? 0 : 3
    }

    private static func say(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
}
