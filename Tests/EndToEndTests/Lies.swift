import Wire

@testable import Client

/// What a server says in place of the truth: answers and frames are changed on their way to a phone.
///
/// Set by the test while the phone is at rest, which is why it is `Sendable`.
final class Lies: @unchecked Sendable {
    typealias Change = @Sendable (_ path: String, _ answer: inout Network.Answer) -> Void

    /// How answers are changed.
    var change: Change = { _, _ in }
    /// How frames of the server are changed.
    var changeFrame: @Sendable ([UInt8]) -> [UInt8] = { $0 }

    /// The frames of a socket, changed.
    func changed(_ original: AsyncStream<SocketLine.Incoming>) -> AsyncStream<SocketLine.Incoming> {
        let (incoming, continuation) = AsyncStream<SocketLine.Incoming>.makeStream()
        Task {
            for await one in original {
                if case .message(let bytes) = one { continuation.yield(.message(changeFrame(bytes))) } else {
                    continuation.yield(one)
                }
            }
            continuation.finish()
        }
        return incoming
    }
}

extension Network.Answer {
    /// Changes a record in the answer, where it is one.
    mutating func change<Record: WireRecord>(_ type: Record.Type, _ change: (inout Record) -> Void) {
        let context = WireContext(form: .cbor, refusesUnknownFields: false)
        guard status == 200, var record = try? Record.decode(body, in: context) else { return }
        change(&record)
        body = record.encoded(as: .cbor)
    }

    /// Changes what stands beside each list, in whatever answer has one.
    mutating func changeProof(at path: String, _ change: (inout TransparencyPayload?) -> Void) {
        if path.contains("/claims") {
            self.change(ClaimedKeys.self) { change(&$0.transparency) }
        } else if path.hasPrefix("/v1/handles/") || path.hasPrefix("/v1/accounts/"), !path.contains("/transparency") {
            self.change(AccountView.self) { change(&$0.transparency) }
        }
    }
}
