/// Whom somebody writes to.
enum Addressee: Hashable, Sendable {
    /// An account.
    case person(Int)
    /// An open conversation.
    case group(Int)

    var isPerson: Bool {
        if case .person = self { true } else { false }
    }
}
