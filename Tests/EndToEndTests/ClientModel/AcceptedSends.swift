import TestKit
import Wire

@testable import Client

/// Which sends the server has accepted, heard on the way to the phones: also of those whose phone never hears of it.
final class AcceptedSends: Sendable {
    /// One send under its client id, as it was first accepted.
    struct Send {
        let id: MessageID
        /// Its place in the log of an open conversation.
        let seq: SequenceNumber?
        /// In which epoch of the model.
        let epoch: Int
        /// One, unless its phone had to seal it anew without knowing that it was accepted.
        var times: [Timestamp]
    }

    private struct State {
        var epoch = 0
        var sends: [ClientID: Send] = [:]
        /// Sends that no answer came to: the server may have them.
        var doubtful: Set<ClientID> = []
        /// When copies for the other devices of the own account were accepted, by the phone that sent them.
        var syncTimes: [Int: Set<Timestamp>] = [:]
        var count = 0
    }

    private let state = Guarded(State())

    func begin(epoch: Int) { state.withLock { $0.epoch = epoch } }

    /// How much the server has taken: sends, posts and deletions of posts.
    var count: Int { state.withLock { $0.count } }

    func send(_ name: ClientID) -> Send? { state.withLock { $0.sends[name] } }

    func isDoubtful(_ name: ClientID) -> Bool { state.withLock { $0.doubtful.contains(name) } }

    func syncTimes(of phone: Int) -> Set<Timestamp> { state.withLock { $0.syncTimes[phone] ?? [] } }

    /// Takes note of a request and its answer, where it is a send.
    func hear(_ request: Network.Request, _ answer: Network.Answer?, from phone: Int) {
        let context = WireContext(form: .cbor, refusesUnknownFields: false)
        let name: ClientID
        var isSync = false
        if request.path.hasPrefix("/v1/messages/"), let send = try? SendRequest.decode(request.body, in: context) {
            name = send.clientID
            isSync = send.kind == .sync
        } else if request.path.hasPrefix("/v1/sealed/messages/"),
            let send = try? SealedSendRequest.decode(request.body, in: context) {
            name = send.clientID
        } else if request.path.hasPrefix("/v1/conversations/"), request.method == "DELETE" {
            return state.withLock { $0.count += 1 }
        } else if request.path.hasPrefix("/v1/conversations/"), request.path.hasSuffix("/messages"),
            let post = try? PostRequest.decode(request.body, in: context) {
            name = post.clientID
        } else {
            return
        }
        let accepted = answer.flatMap { $0.status == 200 ? try? Accepted.decode($0.body, in: context) : nil }
        state.withLock { (state) in
            guard let accepted else {
                if answer == nil { state.doubtful.insert(name) }
                return
            }
            if isSync { state.syncTimes[phone, default: []].insert(accepted.time) }
            if var known = state.sends[name] {
                if !known.times.contains(accepted.time) { known.times.append(accepted.time) }
                state.sends[name] = known
            } else {
                state.count += 1
                state.sends[name] = Send(
                    id: accepted.id, seq: accepted.seq, epoch: state.epoch, times: [accepted.time])
            }
        }
    }
}
