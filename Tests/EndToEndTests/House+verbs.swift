import TestKit

extension House {
    /// Runs a verb of `sottod` on the server's folder.
    func run(_ verb: String, _ options: [String] = []) throws -> (status: Int32, text: String) {
        try Self.run(program: "sottod", [verb, "--data", server.dataFolder] + options)
    }

    /// Runs one of the programs to its end.
    static func run(program: String, _ arguments: [String]) throws -> (status: Int32, text: String) {
        let process = try ChildProcess([BuildFolder.path + "/" + program] + arguments, joinsErrors: true)
        let text = String(decoding: process.readToEnd(), as: UTF8.self)
        return (process.wait(), text)
    }
}
