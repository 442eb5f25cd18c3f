import Wire

/// A place in the local store, and the type of what is there.
struct StoreKey<Value: WireType>: Sendable {
    let name: String

    init(_ name: String) { self.name = name }
}

extension LocalStore {
    /// - Throws: ``LocalStoreError/unreadable(key:)`` when something else is there.
    func value<Value: WireType>(_ key: StoreKey<Value>) throws(LocalStoreError) -> Value? {
        guard let bytes = bytes(key.name) else { return nil }
        let context = WireContext(form: .cbor, refusesUnknownFields: false)
        do {
            return try Value(wire: try WireValue.parse(bytes, as: .cbor), in: context)
        } catch {
            throw .unreadable(key: key.name)
        }
    }
}

extension StoreTransaction {
    mutating func put<Value: WireType>(_ value: Value, at key: StoreKey<Value>) {
        var writer = WireWriter(form: .cbor)
        value.write(to: &writer)
        put(writer.bytes, at: key.name)
    }

    mutating func remove<Value: WireType>(_ key: StoreKey<Value>) { remove(key.name) }
}

/// Numbers as text of one length, so that keys sort as their numbers do.
enum OrderedNumber {
    private static let digitCount = 20

    static func text(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: digitCount - digits.count) + digits
    }
}
