import Transport
import Wire

/// Everybody that may ask something, as the matrix knows them.
enum Asker: CaseIterable {
    /// Without a token.
    case nobody
    /// With a token that nobody was given.
    case impostor
    /// With the token of an account that was deleted.
    case deleted
    /// With the token of a device of the owner that was unlinked.
    case unlinked
    case stranger
    /// Was a member.
    case removed
    case member
    /// A member that wrote the message, uploaded the media and added the emoji.
    case author
    case admin
    case owner
    /// The other device of the owner.
    case otherDevice

    var isLoggedIn: Bool {
        switch self {
        case .nobody, .impostor, .deleted, .unlinked: false
        case .stranger, .removed, .member, .author, .admin, .owner, .otherDevice: true
        }
    }

    /// The role in the conversation.
    var role: Role? {
        switch self {
        case .nobody, .impostor, .deleted, .unlinked, .stranger, .removed: nil
        case .member, .author: .member
        case .admin: .admin
        case .owner, .otherDevice: .owner
        }
    }
}

/// What an asker is to hear.
enum Verdict: Equatable {
    case done
    case unauthenticated
    /// What is not the asker's to see does not exist.
    case absent
    case forbidden
    /// Who comes without a name is not to show one.
    case unmasked

    /// What the words of the table promise.
    /// - Parameter kind: of the conversation that is asked about.
    static func promised(by endpoint: EndpointFacts, to asker: Asker, in kind: ConversationKind) -> Verdict {
        switch endpoint.access {
        case .anybody, .capability, .theOperator: return .done
        case .sealed: return asker == .nobody ? .done : .unmasked
        case .device, .deviceOrCapability: break
        }
        guard asker.isLoggedIn else { return .unauthenticated }
        switch endpoint.allows {
        case .all: return .done
        case .maker: return asker == .author ? .done : .forbidden
        case .uploader: return asker == .author ? .done : .absent
        case .members, .viewers: return asker.role == nil ? .absent : .done
        case .admins, .adminsOrSelf, .owners, .adminsOrAuthor: break
        }
        guard let role = asker.role else { return .absent }
        if endpoint.allows == .adminsOrAuthor, asker == .author { return .done }
        if kind == .dm { return .forbidden }
        return role >= (endpoint.allows == .owners ? .owner : .admin) ? .done : .forbidden
    }

    /// What an answer says; `nil` where it is about something else than who asks.
    /// - Parameter done: the status of one who may.
    init?(_ answer: HTTPResponse, done: Int) {
        if answer.status == done {
            self = .done
            return
        }
        switch (answer.status, try? Tus.problem(answer).code) {
        case (_, .unmaskedSender): self = .unmasked
        case (401, _): self = .unauthenticated
        case (404, _): self = .absent
        case (403, _): self = .forbidden
        default: return nil
        }
    }
}
