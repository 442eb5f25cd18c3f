// Printed by Scripts/print-lists. Do not edit.

extension Verb {
    /// In the order of their names here.
    static let all: [Verb] = [
        .auditLog,
        .avatar,
        .backup,
        .chat,
        .chats,
        .conversations,
        .delete,
        .deleteAccount,
        .devices,
        .download,
        .emoji,
        .history,
        .listen,
        .login,
        .media,
        .pins,
        .register,
        .report,
        .restore,
        .safetyNumber,
        .send,
        .stickers,
        .trustLog,
    ]
}
