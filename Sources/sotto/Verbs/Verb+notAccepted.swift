import Client

/// What is said and not taken by the server now.
extension Verb {
    /// Says something. Where the server does not take it and it stands in its chat all the same, waiting or refused,
    /// tells by which number it is given up.
    /// - Parameters:
    ///   - address: whom it is said to, as `delete` takes it: a handle, or `--conversation` and an id.
    ///   - chat: finds where it is said; gives `nil` for somebody who was never met.
    static func saying<Value>(
        to address: String, _ client: Account, _ output: Output, in chat: () async throws -> ChatID?,
        _ say: () async throws -> Value
    ) async throws -> Value {
        func last() async throws -> Line? {
            guard let chat = try await chat() else { return nil }
            return try await client.chats.chat(chat)?.last
        }
        let before = try await last()
        do {
            return try await say()
        } catch let error as SottoError {
            if let line = try? await last(), line.id != before?.id, line.author.isOwn, !line.isAccepted {
                output.object("notAccepted") { Output.write(line, with: nil, to: &$0) }
                let number = "\(line.number)"
                Output.complain("Kept as number \(number): sotto delete \(address) \(number) gives it up.")
            }
            throw error
        }
    }

    /// The same to somebody by handle, who may be met with that.
    static func saying<Value>(
        to handle: Handle, _ client: Account, _ output: Output, _ say: () async throws -> Value
    ) async throws -> Value {
        try await saying(
            to: handle.text, client, output, in: { try await client.chats.chat(with: handle) }, say)
    }
}

extension Line {
    fileprivate var isAccepted: Bool { delivery == .accepted || delivery == .received }
}
