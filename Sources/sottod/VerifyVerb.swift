import BlobsEngine
import Glibc
import Server
import Store

/// `sottod verify`: holds everything that a data folder says against itself, and changes nothing. A server may run on
/// it meanwhile.
enum VerifyVerb {
    static let help = """
        sottod verify: checks every row of a data folder against its digest, the log against what it is found by,
        counts against what they count, the end of a stopped server's store against what was noted of it, and every
        complete file of media against its digests and its row. Reads only; a server may run meanwhile.

        Usage: sottod verify [--data FOLDER] [--rows-only]

          --data FOLDER   the data folder of the server [SOTTO_DATA]
          --rows-only     No end and no files: for a copy of the database alone.
          --help          Print this.

        Prints one line for each finding. Ends with 0 when there is none, 3 when there are some, 1 when the store
        cannot be opened, and 2 when it was called wrongly.
        """

    static let rowsOnly = "--rows-only"

    /// - Returns: the exit status.
    static func run(_ configuration: ServerConfiguration, rowsOnly: Bool) -> Int32 {
        do throws(StoreError) {
            let outcome = try StoreCheck.run(folder: configuration.dataFolder)
            for line in outcome.findings { say(line + "\n", to: STDOUT_FILENO) }
            if outcome.findingCount > outcome.findings.count {
                say("and \(outcome.findingCount - outcome.findings.count) more\n", to: STDOUT_FILENO)
            }
            let end = rowsOnly ? nil : try StoreCheck.end(folder: configuration.dataFolder)
            if let end { say(end + "\n", to: STDOUT_FILENO) }
            let files = try rowsOnly ? nil : checkFiles(configuration)
            let count = outcome.findingCount + (end == nil ? 0 : 1) + (files?.findingCount ?? 0)
            say(
                "\(outcome.rowCount) rows\(files.map { " and \($0.count) files" } ?? "") were checked. "
                    + (count == 0 ? "Nothing is wrong.\n" : count == 1 ? "1 finding.\n" : "\(count) findings.\n"),
                to: STDOUT_FILENO)
            return count == 0 ? 0 : 3
        } catch {
            say("sottod verify: in \(configuration.dataFolder): \(error)\n", to: STDERR_FILENO)
            return 1
        }
    }

    private static func checkFiles(
        _ configuration: ServerConfiguration
    ) throws(StoreError) -> (count: Int, findingCount: Int) {
        let named = try NamedFiles(folder: configuration.dataFolder)
        var (count, findingCount) = (0, 0)
        while true {
            let files: [NamedFiles.File]
            do throws(StoreError) {
                files = try named.next()
            } catch .damaged {
                // A damaged row was said above.
                say("media: a damaged row is in the way of the files after it\n", to: STDOUT_FILENO)
                return (count, findingCount + 1)
            }
            if files.isEmpty { return (count, findingCount) }
            for file in files {
                count += 1
                guard let flaw = DiskBlobs.flaw(of: file.blob, in: configuration.mediaFolder, expected: file.stored),
                    try named.isNamed(file)
                else { continue }
                findingCount += 1
                say("\(file.isPicture ? "thumbnail" : "media") \(file.media): the file \(flaw)\n", to: STDOUT_FILENO)
            }
        }
    }

    private static func say(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
}
