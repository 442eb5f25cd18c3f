import Store
public import Wire

extension Turn {
    /// Gives a conversation an image, and deletes the media of the one before. The same again changes nothing.
    /// - Throws: `not-found`; `forbidden` below admin, and for a dm; `malformed` unless there is exactly one of the
    ///   two; `sealed-in-open`; `requires-open-mode`; `other-use`; `media-not-ready`; `quota-exceeded`.
    public mutating func setImage(
        _ image: ConversationImage, of conversation: ConversationID, by caller: DeviceAddress
    ) throws(Problem) {
        let row = try look.standing(of: caller.account, in: conversation, to: .changeImage).conversation
        guard (image.media == nil) != (image.sealedImage == nil) else {
            throw Problem(.malformed, "Exactly one of media and sealedImage.")
        }
        if row.mode == .open, image.sealedImage != nil {
            throw Problem(.sealedInOpen, "An open conversation takes media.", field: "sealedImage")
        }
        if row.mode == .sealed, image.media != nil {
            throw Problem(.requiresOpenMode, "A sealed conversation takes a sealedImage.", field: "media")
        }
        let before = try tables.row(ConversationImageRow.ofConversation, conversation)?.image
        guard before != image else { return }
        try charge(.entry(byteCount: image.sealedImage?.count ?? 0) + .rows(1), to: caller.account)
        if let media = image.media {
            try pin(try look.chosen(media, for: .image(conversation), by: caller.account))
        }
        if let media = before?.media { try tables.removeMedia(media) }
        try tables.put(ConversationImageRow(conversation: conversation, image: image))
        try append(.image(image), to: conversation, by: caller)
    }

    /// Removes the image of a conversation with its media, where there is one.
    /// - Throws: `not-found`; `forbidden` below admin, and for a dm.
    public mutating func removeImage(of conversation: ConversationID, by caller: DeviceAddress) throws(Problem) {
        grows(.nothing)
        _ = try look.standing(of: caller.account, in: conversation, to: .changeImage)
        guard try dropImage(of: conversation) else { return }
        try append(.image(ConversationImage()), to: conversation, by: caller)
    }

    /// Removes the image of a conversation with its media, and tells nobody.
    /// - Returns: whether there was one.
    @discardableResult
    func dropImage(of conversation: ConversationID) throws(Problem) -> Bool {
        guard let image = try tables.row(ConversationImageRow.ofConversation, conversation)?.image else { return false }
        if let media = image.media { try tables.removeMedia(media) }
        try tables.remove(ConversationImageRow.ofConversation, conversation)
        return true
    }
}
