import Wire

/// One thing that a later version may say and that today's server does not know.
struct Novelty: Sendable {
    /// Where it stands, as a problem names it: `deviceList.devices[0].laterField`.
    let path: String
    /// The whole, with it.
    let value: WireValue

    static let field = "laterField"
    static let word = "quantum"

    /// Every one that `value` has room for: a field in each of its records, a word in each of its enumerations, a tag
    /// in each of its unions. One at a time.
    static func all(in value: WireValue, of schema: Schema) -> [Novelty] {
        switch (schema, value) {
        case (.record(_, let fields), .map(let entries)):
            return [added(to: entries)] + fields.flatMap { within($0, of: entries) }
        case (.enumeration, _):
            return [Novelty(path: "", value: .text(word))]
        case (.union(_, let tag, let cases), .map(let entries)):
            let own = entries.first { $0.key == tag }?.value
            guard let found = cases.first(where: { .text($0.tag) == own }) else { return [] }
            let strange = entries.map { $0.key == tag ? .init(key: tag, value: .text(word)) : $0 }
            return [Novelty(path: tag, value: .map(strange))] + all(in: value, of: found.schema)
        case (.list(let element, _), .list(let items)):
            guard let first = items.first else { return [] }
            return all(in: first, of: element).map {
                Novelty(path: join("[0]", $0.path), value: .list([$0.value] + items.dropFirst()))
            }
        default: return []
        }
    }

    /// An object of its own, so that a reader that looks into it would have something to stumble over.
    private static func added(to entries: [WireValue.Entry]) -> Novelty {
        let later = WireValue.Entry(key: field, value: .map([.init(key: "since", value: .list([.unsigned(2)]))]))
        return Novelty(path: field, value: .map(entries + [later]))
    }

    /// In one field; a word also where the field was left out.
    private static func within(_ field: Schema.Field, of entries: [WireValue.Entry]) -> [Novelty] {
        let present = entries.first { $0.key == field.key }?.value
        if case .enumeration = field.schema, present == nil {
            return [Novelty(path: field.key, value: .map(entries + [.init(key: field.key, value: .text(word))]))]
        }
        guard let present else { return [] }
        return all(in: present, of: field.schema).map { (inner) in
            let changed = entries.map { $0.key == field.key ? .init(key: $0.key, value: inner.value) : $0 }
            return Novelty(path: join(field.key, inner.path), value: .map(changed))
        }
    }

    private static func join(_ outer: String, _ inner: String) -> String {
        inner.isEmpty || inner.hasPrefix("[") ? outer + inner : "\(outer).\(inner)"
    }
}
