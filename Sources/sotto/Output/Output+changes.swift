import Client
import Wire

// What became another one in an open conversation, for people.

extension Output {
    /// As a sentence.
    /// - Parameter name: what an account is called here.
    static func told(
        _ change: LineChange, by author: String, _ account: AccountID, name: (AccountID) -> String
    ) -> String {
        switch change {
        case .created: "\(author) created the conversation."
        case .joined(let accounts): "\(author) added \(list(accounts, name))."
        case .left(account): "\(author) left."
        case .left(let other): "\(author) removed \(name(other))."
        case .role(let role, of: let other): "\(author) made \(name(other)) \(role.rawValue)."
        case .pinned(let number): "\(author) pinned #\(number)."
        case .unpinned(let number): "\(author) took the pin of #\(number) away."
        case .image(nil): "\(author) took the image away."
        case .image: "\(author) changed the image."
        }
    }

    /// The first few by name.
    private static func list(_ accounts: [AccountID], _ name: (AccountID) -> String) -> String {
        guard accounts.count > 3 else { return accounts.map(name).joined(separator: ", ") }
        return accounts.prefix(2).map(name).joined(separator: ", ") + " and \(accounts.count - 2) others"
    }
}

extension LineChange {
    /// Whom it is about, beside its author.
    var accounts: [AccountID] {
        switch self {
        case .joined(let accounts): accounts
        case .left(let account), .role(_, of: let account): [account]
        case .created, .pinned, .unpinned, .image: []
        }
    }
}
