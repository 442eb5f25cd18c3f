import Wire

/// Pictures that everybody on the server, or in a conversation, may see.
final class Pictures: Room {
    let signed: SignedCalls
    let contacts: Contacts
    let openUploads: OpenUploads

    init(_ ground: Ground, _ signed: SignedCalls, _ contacts: Contacts, _ openUploads: OpenUploads) {
        self.signed = signed
        self.contacts = contacts
        self.openUploads = openUploads
        super.init(ground)
    }

    func setAvatar(
        _ path: String, progress: @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(ClientError) -> MediaID {
        _ = try ownAddress()
        return try await openUploads.useImage(
            path, for: .use(.avatar), progress
        ) { (choice) async throws(ClientError) in
            try await signed.run(Endpoints.setAvatar, body: choice)
            return choice.media
        }
    }

    func removeAvatar() async throws(ClientError) {
        _ = try ownAddress()
        _ = try await patiently(outlastsSilence: false) { () async throws(ClientError) in
            try await signed.run(Endpoints.removeAvatar)
        }
    }

    func avatar(
        of person: PersonReference, _ form: PictureForm = PictureForm()
    ) async throws(ClientError) -> [UInt8] {
        let account = try await contacts.account(of: person)
        return try await openUploads.picture(Endpoints.avatar.target(.other(account), query: form.query))
    }
}
