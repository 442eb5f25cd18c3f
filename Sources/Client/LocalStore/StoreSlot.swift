import Wire

/// One place in the local store, by name: a scope, a room in it, and a place in that.
struct StoreSlot: Hashable, Sendable {
    enum Place: Hashable, Sendable {
        /// Below 2^63; the greatest there is stands for what is above.
        case number(UInt64)
        /// At most ``StoreLimits/nameByteCountMax`` bytes.
        case name(String)

        /// `nil` for a number.
        var name: String? { if case .name(let name) = self { name } else { nil } }
    }

    let scope: StoreScope
    let room: StoreRoom
    let place: Place

    /// For people.
    var name: String {
        switch place {
        case .number(let number): "\(scope.name)/\(room)/\(number)"
        case .name(let name): "\(scope.name)/\(room)/\(name)"
        }
    }
}

/// One place in the file: the key of a row.
struct StoreAddress: Comparable, Hashable, Sendable {
    /// A keyed hash of the scope's name.
    let scope: SixteenBytes
    let room: Int64
    /// The number, or 63 bits of a keyed hash of the name.
    let place: Int64

    /// In the order of the rows.
    static func < (one: StoreAddress, other: StoreAddress) -> Bool {
        (one.scope.high, one.scope.low, one.room, one.place)
            < (other.scope.high, other.scope.low, other.room, other.place)
    }

    /// Where the store keeps what is its own.
    static func own(_ room: StoreRoom) -> StoreAddress {
        StoreAddress(scope: SixteenBytes(high: 0, low: 0), room: room.rawValue, place: 0)
    }

    static let byteCount = 32

    /// ``byteCount`` of them, numbers big-endian.
    var bytes: [UInt8] { withBytes { [UInt8]($0) } }

    /// The same where they lie.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let words = (scope.high.bigEndian, scope.low.bigEndian, room.bigEndian, place.bigEndian)
        return withUnsafeBytes(of: words, body)
    }
}
