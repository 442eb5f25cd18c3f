import Client
import Wire

// What became another one in an open conversation, for people and for programs.

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

    /// As the fields of a record.
    static func write(_ change: LineChange, to writer: inout WireWriter) {
        switch change {
        case .created(let kind, let name):
            writer.put("change", text: "created")
            writer.put("conversationKind", kind)
            writer.put("name", text: name)
        case .joined(let accounts):
            writer.put("change", text: "joined")
            writer.put("accounts", list: accounts)
        case .left(let account):
            writer.put("change", text: "left")
            writer.put("account", account)
        case .role(let role, of: let account):
            writer.put("change", text: "role")
            writer.put("account", account)
            writer.put("role", role)
        case .pinned(let number):
            writer.put("change", text: "pinned")
            writer.put("pin", number: number)
        case .unpinned(let number):
            writer.put("change", text: "unpinned")
            writer.put("pin", number: number)
        case .image(let media):
            writer.put("change", text: "image")
            writer.put("image", media)
        }
    }
}
