import Client
import Wire

/// What became another one in an open conversation; stands in a ``LineRecord``.
struct ChangeRecord: WireRecord, Equatable {
    var what: LineChangeKind
    var kind: ConversationKind?
    var name: String?
    var accounts: [AccountID] = []
    var account: AccountID?
    var role: Role?
    var pinnedNumber: SequenceNumber?
    var image: MediaID?

    init(_ change: LineChange) {
        switch change {
        case .created(let kind, let name):
            (what, self.kind, self.name) = (.created, kind.told, name)
        case .joined(let accounts):
            (what, self.accounts) = (.joined, accounts)
        case .left(let account):
            (what, self.account) = (.left, account)
        case .role(let role, of: let account):
            (what, self.account, self.role) = (.role, account, role.told)
        case .pinned(let number):
            (what, pinnedNumber) = (.pinned, number)
        case .unpinned(let number):
            (what, pinnedNumber) = (.unpinned, number)
        case .image(let media):
            (what, image) = (.image, media)
        }
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        what = try fields.value("what", \.what)
        kind = try fields.valueIfPresent("kind", \.kind)
        name = try fields.wordsIfPresent("name", \.name)
        accounts = try fields.listIfAny("accounts", \.accounts, countMax: Limits.membersMax)
        account = try fields.valueIfPresent("account", \.account)
        role = try fields.valueIfPresent("role", \.role)
        pinnedNumber = try fields.valueIfPresent("pinnedNumber", \.pinnedNumber)
        image = try fields.valueIfPresent("image", \.image)
    }
}

/// Which of the changes.
enum LineChangeKind: String, WireEnumeration { case created, joined, left, role, pinned, unpinned, image }
