import Wire

/// A message that this device has taken or sent, by the name that its author gave it. Outlives its line: one that comes
/// again is known, also after it was deleted or has disappeared.
struct KnownMessage: WireRecord, Equatable {
    /// Where its line stands, or stood; none for what is no line, such as a deletion.
    var place: LinePlace?

    init(at place: LinePlace? = nil) { self.place = place }

    init(fields: inout Fields<Self>) throws(WireError) { place = try fields.valueIfPresent("place", \.place) }
}
