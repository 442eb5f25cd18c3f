// Printed by Scripts/print-lists. Do not edit.

extension Route {
    /// Of the listener that everybody reaches.
    static let all: [Route] = [
        AccountRoutes.all,
        BackupRoutes.all,
        ConversationRoutes.all,
        EmojiRoutes.all,
        ImageRoutes.all,
        KeyRoutes.all,
        MediaRoutes.all,
        MessageRoutes.all,
        PinRoutes.all,
        ReportRoutes.all,
        SealedRoutes.all,
        ServerRoutes.all,
        TransparencyRoutes.all,
        UploadRoutes.all,
    ].flatMap { $0 }

    /// Of the operator's listener, besides what tells how the server is.
    static let admin: [Route] = [
        AccountRoutes.admin,
        EmojiRoutes.admin,
        ReportRoutes.admin,
    ].flatMap { $0 }
}
