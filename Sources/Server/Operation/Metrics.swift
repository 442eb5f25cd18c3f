import Synchronization

/// Counters for `/metrics`. Each is an atomic; reading them is not one moment, which counters do not need.
final class Metrics: Sendable {
    private let accepted = Atomic<UInt64>(0)
    private let replayed = Atomic<UInt64>(0)
    private let refused = Atomic<UInt64>(0)
    private let overQuota = Atomic<UInt64>(0)
    private let delivered = Atomic<UInt64>(0)
    private let heads = Atomic<UInt64>(0)
    private let socketsOpened = Atomic<UInt64>(0)
    private let slowConsumers = Atomic<UInt64>(0)
    private let requests2xx = Atomic<UInt64>(0)
    private let requests4xx = Atomic<UInt64>(0)
    private let requests5xx = Atomic<UInt64>(0)

    func countAccepted(isReplay: Bool) {
        if isReplay { replayed.add(1, ordering: .relaxed) } else { accepted.add(1, ordering: .relaxed) }
    }

    func countRefused() { refused.add(1, ordering: .relaxed) }
    func countOverQuota() { overQuota.add(1, ordering: .relaxed) }
    func countDelivered(_ count: Int) { delivered.add(UInt64(count), ordering: .relaxed) }
    func countHeads(_ count: Int) { heads.add(UInt64(count), ordering: .relaxed) }
    func countSocketOpened() { socketsOpened.add(1, ordering: .relaxed) }
    func countSlowConsumer() { slowConsumers.add(1, ordering: .relaxed) }

    /// - Parameter isRefusal: whether nothing has failed, whatever the status is.
    func countRequest(status: Int, isRefusal: Bool) {
        switch status {
        case ..<400: requests2xx.add(1, ordering: .relaxed)
        case _ where isRefusal: requests4xx.add(1, ordering: .relaxed)
        default: requests5xx.add(1, ordering: .relaxed)
        }
    }

    /// Name, help and value of each counter, in the order they are shown.
    var counters: [(name: String, help: String, value: UInt64)] {
        func value(_ counter: borrowing Atomic<UInt64>) -> UInt64 { counter.load(ordering: .relaxed) }
        return [
            ("sotto_sends_accepted", "Sends and posts stored durably.", value(accepted)),
            ("sotto_sends_replayed", "Sends that were retries of accepted ones.", value(replayed)),
            ("sotto_sends_refused", "Sends and posts refused.", value(refused)),
            ("sotto_quota_refusals", "Requests, sends and posts refused for an account's quota.", value(overQuota)),
            ("sotto_frames_delivered", "Envelopes and events written to sockets.", value(delivered)),
            ("sotto_heads_sent", "Heads written to sockets in place of entries.", value(heads)),
            ("sotto_sockets_opened", "Sockets that said hello.", value(socketsOpened)),
            ("sotto_slow_consumers", "Sockets closed because they did not keep up.", value(slowConsumers)),
            ("sotto_requests_ok", "Requests answered below 400.", value(requests2xx)),
            ("sotto_requests_refused", "Requests refused, for want of room too.", value(requests4xx)),
            ("sotto_requests_failed", "Requests that failed through the server's fault.", value(requests5xx)),
        ]
    }
}
