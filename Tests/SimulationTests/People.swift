import TestKit
import Wire

/// Accounts with their keys, made once in a process: keys are random, and nothing that a seed decides depends on
/// them. In the order of their ids, since the server orders by these.
struct People: Sendable {
    let people: [Person]
    /// Of each person, number 1 first.
    let devices: [[PersonDevice]]

    static let devicesMax = 4
    static let all = People()

    private init() {
        let start = Timestamp(milliseconds: Simulation.start)
        people = (0..<5).map { Person("person-\($0)", now: start, oneTimePreKeyCount: 2) }
            .sorted { ($0.account.bytes.high, $0.account.bytes.low) < ($1.account.bytes.high, $1.account.bytes.low) }
        devices = people.map { (person) in
            [person.device] + (2...Self.devicesMax).map {
                PersonDevice(account: person.account, number: UInt32($0), now: start, oneTimePreKeyCount: 1)
            }
        }
    }
}
