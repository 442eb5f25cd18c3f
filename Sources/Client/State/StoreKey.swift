import Wire

/// A place in the local store, and the type of what is there.
struct StoreKey<Value: WireType>: Hashable, Sendable {
    let slot: StoreSlot

    /// What there is one of.
    init(_ scope: StoreScope, _ room: StoreRoom) { self.init(scope, room, 0) }

    init(_ scope: StoreScope, _ room: StoreRoom, _ number: UInt64) {
        slot = StoreSlot(scope: scope, room: room, place: .number(number))
    }

    init(_ scope: StoreScope, _ room: StoreRoom, named name: String) {
        slot = StoreSlot(scope: scope, room: room, place: .name(name))
    }

    fileprivate init(_ slot: StoreSlot) { self.slot = slot }

    /// For people.
    var name: String { slot.name }

    /// The number of a numbered place.
    var number: UInt64? { if case .number(let number) = slot.place { number } else { nil } }

    /// The name of a named place.
    var placeName: String? { if case .name(let name) = slot.place { name } else { nil } }
}

/// A room of a scope, and the type of what is in it.
struct StoreShelf<Value: WireType>: Sendable {
    let scope: StoreScope
    let room: StoreRoom

    init(_ scope: StoreScope, _ room: StoreRoom) {
        self.scope = scope
        self.room = room
    }

    /// One place of it, by its number.
    func key(_ number: UInt64) -> StoreKey<Value> { StoreKey(scope, room, number) }

    /// One place of it, by its name.
    func key(_ name: String) -> StoreKey<Value> { StoreKey(scope, room, named: name) }
}

extension LocalStore {
    /// - Throws: ``LocalStoreError/unreadable(key:)`` when something else is there.
    func value<Value: WireType>(_ key: StoreKey<Value>) throws(LocalStoreError) -> Value? {
        try reading(key.slot) { (bytes) throws(LocalStoreError) in try Self.value(bytes[...], at: key.slot) }
    }

    /// Bytes at a place, before they are sealed.
    func byteCount<Value: WireType>(of key: StoreKey<Value>) throws(LocalStoreError) -> Int {
        try bytes(key.slot)?.count ?? 0
    }

    /// The places of a shelf that have something, as ``keys(in:_:)`` gives them, and how many bytes, before they are
    /// sealed. Nothing is read as a value.
    func byteCounts<Value: WireType>(
        in shelf: StoreShelf<Value>
    ) throws(LocalStoreError) -> [(key: StoreKey<Value>, byteCount: Int)] {
        var counts: [(key: StoreKey<Value>, byteCount: Int)] = []
        try visit(in: shelf.room, of: shelf.scope) { (row) in counts.append((StoreKey(row.slot), row.value.count)) }
        return counts
    }

    /// The places of a shelf that have something, in their order; named ones in no order that means anything.
    func keys<Value: WireType>(
        in shelf: StoreShelf<Value>, _ range: StoreRange = .all
    ) throws(LocalStoreError) -> [StoreKey<Value>] {
        try slots(in: shelf.room, of: shelf.scope, range).map { StoreKey($0) }
    }

    /// The same with what is there.
    func values<Value: WireType>(
        in shelf: StoreShelf<Value>, _ range: StoreRange = .all
    ) throws(LocalStoreError) -> [(key: StoreKey<Value>, value: Value)] {
        var values: [(key: StoreKey<Value>, value: Value)] = []
        try visit(in: shelf.room, of: shelf.scope, range) { (row) throws(LocalStoreError) in
            let slot = row.slot
            values.append((StoreKey(slot), try Self.value(row.value, at: slot)))
        }
        return values
    }

    /// The same without what a later version has written.
    func readableValues<Value: WireType>(
        in shelf: StoreShelf<Value>, _ range: StoreRange = .all
    ) throws(LocalStoreError) -> [(key: StoreKey<Value>, value: Value)] {
        var values: [(key: StoreKey<Value>, value: Value)] = []
        try visit(in: shelf.room, of: shelf.scope, range) { (row) in
            if let value: Value = Self.readable(row.value) { values.append((StoreKey(row.slot), value)) }
        }
        return values
    }

    /// The values of a shelf by themselves, as they are read, so that thousands are never held at once; without what a
    /// later version has written.
    /// - Parameter visit: asks nothing of the store.
    func visitReadable<Value: WireType>(
        in shelf: StoreShelf<Value>, _ visit: (Value) -> Void
    ) throws(LocalStoreError) {
        try self.visit(in: shelf.room, of: shelf.scope) { (row) in
            if let value: Value = Self.readable(row.value) { visit(value) }
        }
    }

    private static func value<Value: WireType>(
        _ bytes: ArraySlice<UInt8>, at slot: StoreSlot
    ) throws(LocalStoreError) -> Value {
        guard let value: Value = readable(bytes) else { throw .unreadable(key: slot.name) }
        return value
    }

    private static func readable<Value: WireType>(_ bytes: ArraySlice<UInt8>) -> Value? {
        let context = WireContext(form: .cbor, refusesUnknownFields: false)
        return try? bytes.withUnsafeBufferPointer { (bytes) throws(WireError) in
            let bytes = UnsafeRawBufferPointer(bytes)
            let value = try WireValue.parse(bytes, as: .cbor, nodeCountMax: StoreLimits.valueNodeCountMax)
            return try Value(wire: value, in: context)
        }
    }
}

extension StoreTransaction {
    mutating func put<Value: WireType>(_ value: Value, at key: StoreKey<Value>) {
        var writer = WireWriter(form: .cbor)
        value.write(to: &writer)
        put(writer.bytes, at: key.slot)
    }

    mutating func remove<Value: WireType>(_ key: StoreKey<Value>) { remove(key.slot) }
}
