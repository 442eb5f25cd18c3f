public import Wire

extension Client {
    /// Makes an image the account's avatar, for everybody on the server to see. The one before is deleted.
    /// - Parameters:
    ///   - path: of a file of at most 8 MiB; others see pictures of it, and not the file.
    ///   - progress: called now and then, from any thread.
    /// - Throws: ``ClientError/image(_:)``; ``ClientError/file(_:)``; what the server refuses with.
    public func setAvatar(
        _ path: String, progress: @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(ClientError) -> MediaID {
        _ = try readyProfile()
        return try await useImage(path, for: .use(.avatar), progress) { (choice) async throws(ClientError) in
            try await self.run(Endpoints.setAvatar, body: choice)
            return choice.media
        }
    }

    /// Deletes the account's avatar, where there is one.
    public func removeAvatar() async throws(ClientError) {
        _ = try readyProfile()
        _ = try await patiently { () async throws(ClientError) in
            try await self.run(Endpoints.removeAvatar)
        }
    }

    /// The picture of an account's avatar, as the server made it: the server's word, which no key signs.
    /// - Throws: the server's refusal, `not-found` where there is no avatar.
    public func avatar(
        of handle: Handle, _ form: PictureForm = PictureForm()
    ) async throws(ClientError) -> [UInt8] {
        let account = try await account(of: handle)
        return try await picture(Endpoints.avatar.target(.other(account), query: form.query))
    }
}
