package import SQLite

/// All tables of the store. Whoever adds one declares it in a file of `Rows/`, and names it here.
package enum StoreSchema {
    /// A file with another one is refused: steps from one to the next begin with the first release.
    static let format = 102

    /// In no order that matters.
    package static let tables: [TableDeclaration] = [
        TableDeclaration(ProgressRow.self), TableDeclaration(CommitRow.self), TableDeclaration(IncarnationRow.self),
        TableDeclaration(SequenceRow.self), TableDeclaration(SettingRow.self),
        TableDeclaration(AccountRow.self), TableDeclaration(DeviceRow.self), TableDeclaration(TokenRow.self),
        TableDeclaration(InviteRow.self), TableDeclaration(TombstoneRow.self), TableDeclaration(DoomedAccountRow.self),
        TableDeclaration(BackupRow.self), TableDeclaration(StandingPreKeysRow.self),
        TableDeclaration(OneTimePreKeyRow.self), TableDeclaration(KEMOneTimePreKeyRow.self),
        TableDeclaration(ConversationRow.self), TableDeclaration(MemberRow.self), TableDeclaration(EntryRow.self),
        TableDeclaration(QueueRow.self), TableDeclaration(CursorRow.self), TableDeclaration(HeadRow.self),
        TableDeclaration(RemovedQueueRow.self), TableDeclaration(RemovedLogRow.self),
        TableDeclaration(AcceptedRunRow.self), TableDeclaration(AcceptedBlockRow.self),
        TableDeclaration(AcceptedSendRow.self), TableDeclaration(ExpiringMessageRow.self),
        TableDeclaration(KeyLogRow.self), TableDeclaration(KeyLogNodeRow.self), TableDeclaration(MediaRow.self),
        TableDeclaration(ThumbnailRow.self), TableDeclaration(LeaseRow.self), TableDeclaration(MediaTotalRow.self),
        TableDeclaration(DoomedBlobRow.self), TableDeclaration(AvatarRow.self),
        TableDeclaration(ConversationImageRow.self), TableDeclaration(EmojiRow.self), TableDeclaration(SavedReply.self),
        TableDeclaration(ReportRow.self), TableDeclaration(ClockRow.self),
    ]

    /// Everything that a new file is made with.
    static var creation: String {
        ([LogSchema.creation] + tables.flatMap(\.creation)).joined(separator: "\n")
    }

    /// Checks that a file has these tables.
    static func check(_ connection: Connection) throws(StoreError) {
        let found: Int
        do throws(SQLiteError) {
            found = try connection.first("PRAGMA user_version") { Int($0.integer(0)) } ?? 0
        } catch {
            throw StoreFolder.error(error)
        }
        guard found == format else { throw .otherFormat(file: databaseName, found: found, known: format) }
    }
}
