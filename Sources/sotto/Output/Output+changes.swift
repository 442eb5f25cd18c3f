import Client
import Wire

// What became another one in an open conversation, for people.

extension Output {
    /// As a sentence.
    static func told(_ change: LineChange, by author: String, _ account: AccountID) -> String {
        func name(_ other: AccountID) -> String { String(other.description.prefix(8)) }
        return switch change {
        case .created: "\(author) created the conversation."
        case .joined(let accounts): "\(author) added \(accounts.count)."
        case .left(account): "\(author) left."
        case .left(let other): "\(author) removed \(name(other))."
        case .role(let role, of: let other): "\(author) made \(name(other)) \(role.rawValue)."
        case .pinned(let number): "\(author) pinned #\(number)."
        case .unpinned(let number): "\(author) took the pin of #\(number) away."
        case .image(nil): "\(author) took the image away."
        case .image: "\(author) changed the image."
        }
    }
}
