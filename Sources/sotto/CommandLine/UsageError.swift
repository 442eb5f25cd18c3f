/// Why a command line is not understood, with what to do. Ends the program with ``ExitStatus/usage``.
struct UsageError: Error {
    let message: String
}
