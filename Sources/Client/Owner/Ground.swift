/// What the rooms of one account stand on.
final class Ground {
    let records: Records
    /// Where the account's server is, as far as that is known.
    let server: ServerAddress?
    let network: Network?
    /// A connection of its own, for what must not say who asks.
    let anonymousNetwork: Network?
    let configuration: SottoConfiguration
    let surroundings: Surroundings
    /// Who hears of events.
    let listeners = EventListeners()
    let errands: Errands
    /// Whether there is a connection, or is to be one: what was put off is tried again only then.
    var isListening = false
    /// Nothing is begun any more.
    var isClosed = false

    /// Whether an error says no more than that the account was closed meanwhile.
    func isOfClosing(_ error: ClientError) -> Bool {
        guard isClosed else { return false }
        return switch error {
        case .store, .unreachable: true
        default: false
        }
    }

    init(
        _ records: Records, server: ServerAddress?, network: Network?, anonymousNetwork: Network?,
        configuration: SottoConfiguration, surroundings: Surroundings, errands: Errands
    ) {
        self.records = records
        self.server = server
        self.network = network
        self.anonymousNetwork = anonymousNetwork
        self.configuration = configuration
        self.surroundings = surroundings
        self.errands = errands
    }
}
