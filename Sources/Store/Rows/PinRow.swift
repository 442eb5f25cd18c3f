package import SQLite
package import Wire

/// A message that its conversation keeps in sight.
package struct PinRow: TableRow {
    package var conversation: ConversationID
    package var seq: SequenceNumber
    package var pinnedBy: AccountID
    package var pinnedAt: Timestamp

    package init(conversation: ConversationID, seq: SequenceNumber, pinnedBy: AccountID, pinnedAt: Timestamp) {
        self.conversation = conversation
        self.seq = seq
        self.pinnedBy = pinnedBy
        self.pinnedAt = pinnedAt
    }

    package static let table = Table(
        "pin", "Messages that their conversations keep in sight.", key: 2,
        Column("conversation", \.conversation, .id),
        Column("seq", \.seq, .counter, "of the message"),
        Column("pinned_by", \.pinnedBy, .id, "the account"),
        Column("pinned_at", \.pinnedAt, .time)
    ) { PinRow(conversation: $0, seq: $1, pinnedBy: $2, pinnedAt: $3) }

    package static let byPlace = Lookup(\PinRow.conversation, \.seq)
    package static let ofConversation = Index(within: \PinRow.conversation, by: \.seq)
    package static let indexes: [any RowIndex] = [byPlace, ofConversation]
    package static let owners = [Owner(\PinRow.conversation, ConversationRow.byID)]
    package static let cascades = Cascades(ofConversation: .init(ofConversation), ofMessage: .init(byPlace))
    package static let erasure = Erasure.stays("the log says as well who pinned what")
}
