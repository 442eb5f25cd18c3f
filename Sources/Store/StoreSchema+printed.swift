// Printed by Scripts/print-lists. Do not edit.

package import SQLite
import Wire

extension StoreSchema {
    /// In no order that matters.
    package static let tables: [TableDeclaration] = [
        TableDeclaration(AcceptedBlockRow.self),
        TableDeclaration(AcceptedRunRow.self),
        TableDeclaration(AcceptedSendRow.self),
        TableDeclaration(AccountRow.self),
        TableDeclaration(AccountUseRow.self),
        TableDeclaration(AvatarRow.self),
        TableDeclaration(BackupRow.self),
        TableDeclaration(ClockRow.self),
        TableDeclaration(CommitRow.self),
        TableDeclaration(ConversationImageRow.self),
        TableDeclaration(ConversationRow.self),
        TableDeclaration(CursorRow.self),
        TableDeclaration(DeviceRow.self),
        TableDeclaration(DoomedAccountRow.self),
        TableDeclaration(DoomedBlobRow.self),
        TableDeclaration(EmojiView.self),
        TableDeclaration(EntryRow.self),
        TableDeclaration(ExpiringMessageRow.self),
        TableDeclaration(HeadRow.self),
        TableDeclaration(IncarnationRow.self),
        TableDeclaration(InviteRow.self),
        TableDeclaration(KEMOneTimePreKeyRow.self),
        TableDeclaration(KeyLogNodeRow.self),
        TableDeclaration(KeyLogRow.self),
        TableDeclaration(LeaseRow.self),
        TableDeclaration(MediaRow.self),
        TableDeclaration(MediaTotalRow.self),
        TableDeclaration(MemberRow.self),
        TableDeclaration(OneTimePreKeyRow.self),
        TableDeclaration(PinRow.self),
        TableDeclaration(ProgressRow.self),
        TableDeclaration(QueueRow.self),
        TableDeclaration(RemovedLogRow.self),
        TableDeclaration(RemovedQueueRow.self),
        TableDeclaration(ReportRow.self),
        TableDeclaration(SavedReply.self),
        TableDeclaration(SequenceRow.self),
        TableDeclaration(SettingRow.self),
        TableDeclaration(StandingPreKeysRow.self),
        TableDeclaration(ThumbnailRow.self),
        TableDeclaration(TokenRow.self),
        TableDeclaration(TombstoneRow.self),
    ]
}
