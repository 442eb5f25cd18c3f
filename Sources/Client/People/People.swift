public import Wire

/// Other accounts, as this device knows them: looked up once, pinned from then on.
public struct People: Sendable {
    let owner: AccountOwner

    /// Everybody whom this device has met, by handle.
    public var list: Observed<[Person]> {
        Observed { [owner] in await owner.run { (rooms) in rooms.watching.watchPeople() } }
    }

    /// As ``list`` gives it now.
    public func all() async throws(SottoError) -> [Person] {
        try await owner.ask { (rooms) async throws(ClientError) in try rooms.watching.people() }
    }

    /// The account behind a handle. Asked of the server once: from then on the handle means that account here,
    /// whatever the server says.
    /// - Throws: ``SottoError/Code/untrustedKeys``; ``SottoError/Code/untrustedLog``; the server's refusal, `not-found`
    ///   where nobody has the handle.
    public func account(of handle: Handle) async throws(SottoError) -> AccountID {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.contacts.account(of: handle) }
    }

    /// What this device knows an account by: a handle that it has looked up and pinned. `nil` for all others.
    public func knownHandle(of account: AccountID) async throws(SottoError) -> Handle? {
        try await owner.ask { (rooms) async throws(ClientError) in try rooms.contacts.knownHandle(of: account) }
    }

    /// The devices of an account, as its newest list that was seen has them.
    public func devices(of person: some PersonName) async throws(SottoError) -> [ContactDevice] {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.safetyNumbers.devices(of: person.personReference)
        }
    }

    /// The picture of an account's avatar, as the server made it: the server's word, which no key signs.
    /// - Throws: the server's refusal, `not-found` where there is no avatar.
    public func avatar(
        of person: some PersonName, _ form: PictureForm = PictureForm()
    ) async throws(SottoError) -> [UInt8] {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.pictures.avatar(of: person.personReference, form)
        }
    }
}
