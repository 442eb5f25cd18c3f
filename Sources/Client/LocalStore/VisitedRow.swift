/// A row as somebody comes upon it who goes through a room: of thousands, most names are never looked at.
struct VisitedRow {
    let scope: StoreScope
    let room: StoreRoom
    let number: Int64
    let opened: StoreSeal.Opened

    /// Only what was sealed for its address opens at it, so the name is not hashed again.
    var slot: StoreSlot {
        let place = opened.name.map { StoreSlot.Place.name($0) } ?? .number(UInt64(number))
        return StoreSlot(scope: scope, room: room, place: place)
    }

    var value: ArraySlice<UInt8> { opened.value }
}
