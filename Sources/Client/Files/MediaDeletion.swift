import Wire

/// What it takes to delete a file's bytes at the server.
struct MediaDeletion: WireRecord, Equatable {
    static let capabilityLengths = 43...43

    /// As the upload was answered.
    var media: MediaID
    /// ``UploadCreated/deleteCapability``.
    var capability: String

    /// `nil` where there is no capability, or nothing that a server would have.
    init?(of file: AttachmentPointer, capability: String?) {
        guard let capability, let media = MediaID(text: file.media) else { return nil }
        self.media = media
        self.capability = capability
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        media = try fields.value("media", \.media)
        capability = try fields.text("capability", \.capability, length: Self.capabilityLengths)
    }
}

extension StoreTransaction {
    /// Keeps what deletes the file of a message from another own device; of nobody else is it taken.
    mutating func putCapability(_ content: MessageContent, from sender: DeviceAddress, _ own: DeviceAddress) {
        guard sender.account == own.account, let file = content.file,
            let deletion = MediaDeletion(of: file, capability: content.deleteCapability)
        else { return }
        put(deletion, at: .capability(content.message, from: own.account))
    }
}
