/// All there is to know of one address of the server, for its route, for the client's call and for the description.
public struct EndpointFacts: Sendable {
    public let method: Method
    public private(set) var path: PathPattern
    /// What stands in each place of the path, in their order.
    public private(set) var placeSchemas: [Schema]
    /// Words that may stand in each place too.
    public private(set) var placeWords: [[String]]
    /// Under which heading it stands in the description.
    public let area: String
    /// One line.
    public let summary: String
    public let access: Access
    public let allows: Right
    public private(set) var home: Home
    /// What counts it, besides what counts every request.
    public let buckets: [Bucket]
    public let query: [ParameterFacts]
    /// Fields of the request that it reads, besides those that every route does.
    public let headers: [ParameterFacts]
    /// `nil` without a body, or for one of bytes.
    public let reads: Schema?
    /// A body that is no record.
    public let readsBytes: ByteBody?
    /// `nil` for 204, or for bytes of another kind.
    public let gives: Schema?
    /// The media type of an answer that is no record.
    public let givesMediaType: String?
    public let status: Int
    /// Fields of what it answers when it is done, besides those that every answer of its kind has.
    public let answers: [ParameterFacts]
    /// Fields of all that it answers, refusals too.
    public let alwaysAnswers: [ParameterFacts]
    /// What it refuses with, besides what every endpoint may.
    public private(set) var problems: [ProblemCode]
    public let repetition: Repetition
    public let bodyByteCountMax: Int
    /// `nil` while it stays.
    public let departure: Departure?

    /// The same endpoint under each path that has a word in one of its places, and no place there.
    public var spelledOut: [EndpointFacts] {
        placeWords.indices.flatMap { (index) in
            placeWords[index].map { (word) in
                var facts = self
                facts.path = path.replacing(place: index, with: word)
                facts.placeSchemas.remove(at: index)
                facts.placeWords.remove(at: index)
                // As with any place: what is asked for may not be there.
                facts.problems.append(.notFound)
                if facts.placeSchemas.isEmpty, home == .place { facts.home = .caller }
                return facts
            }
        }
    }
}

/// The body of a request that carries bytes and no record.
public struct ByteBody: Sendable {
    public let mediaType: String
    public let isRequired: Bool
}

/// One address of the server with the types of what goes in and out, declared once.
///
/// ```
/// static let changeRole = Endpoint(
///     .patch, "/v1/conversations/{conversation}/members/{account}", ConversationID.self, AccountID.self,
///     area: "conversations", "Give a member another role", allows: .owners, home: .place,
///     reads: RoleChange.self, problems: [.forbidden, .lastOwner])
/// ```
public struct Endpoint<Reads: WireRecord, Gives: WireRecord, each Place: PlaceValue>: Sendable {
    /// What is known of it, whatever its types.
    public let facts: EndpointFacts

    /// - Parameters:
    ///   - reads: the record that its body holds; ``Nothing`` without a body.
    ///   - gives: the record that it answers with; ``Nothing`` for 204, or bytes of another kind.
    ///   - repetition: when absent, `key` for what changes something and may come from somebody known.
    init(
        _ method: Method, _ path: String, _ places: repeat (each Place).Type, area: String, _ summary: String,
        access: Access = .device, allows: Right, home: Home, buckets: [Bucket] = [], query: [ParameterFacts] = [],
        headers: [ParameterFacts] = [], reads: Reads.Type = Nothing.self, readsBytes: ByteBody? = nil,
        gives: Gives.Type = Nothing.self, givesMediaType: String? = nil, status: Int? = nil,
        answers: [ParameterFacts] = [], alwaysAnswers: [ParameterFacts] = [], problems: [ProblemCode] = [],
        repetition: Repetition? = nil, bodyByteCountMax: Int = 64 * 1024, departure: Departure? = nil
    ) {
        var schemas: [Schema] = []
        repeat schemas.append((each Place).placeSchema)
        var words: [[String]] = []
        repeat words.append((each Place).placeWords)
        let pattern = PathPattern(path)
        precondition(pattern.places.count == schemas.count, "\(path) has another count of places than of types")
        // Keys of those of whom nothing tells one from another would be anybody's.
        precondition(repetition != .key || (access != .anybody && access != .capability), "\(path) knows nobody's keys")
        let isAnswered = Gives.self != Nothing.self
        facts = EndpointFacts(
            method: method, path: pattern, placeSchemas: schemas, placeWords: words, area: area, summary: summary,
            access: access, allows: allows, home: home, buckets: buckets, query: query, headers: headers,
            reads: Reads.self == Nothing.self ? nil : Reads.schema, readsBytes: readsBytes,
            gives: isAnswered ? Gives.schema : nil, givesMediaType: givesMediaType,
            status: status ?? (isAnswered || givesMediaType != nil ? 200 : 204), answers: answers,
            alwaysAnswers: alwaysAnswers, problems: problems,
            repetition: repetition ?? Self.usualRepetition(method, access), bodyByteCountMax: bodyByteCountMax,
            departure: departure)
    }

    private static func usualRepetition(_ method: Method, _ access: Access) -> Repetition {
        switch access {
        case _ where method.isSafe: .none
        case .device, .deviceOrCapability, .sealed, .theOperator: .key
        case .anybody, .capability: .none
        }
    }

    /// The path of a request, with its query.
    public func target(_ places: repeat each Place, query: [Argument] = []) -> String {
        var texts: [String] = []
        repeat texts.append((each places).place)
        let path = facts.path.filled(with: texts)
        let pairs = query.map { (argument) in
            precondition(facts.query.contains { $0.name == argument.name }, "\(path) takes no \(argument.name)")
            return "\(argument.name)=\(PercentEncoding.encoded(argument.text))"
        }
        return pairs.isEmpty ? path : "\(path)?\(pairs.joined(separator: "&"))"
    }

    /// What stands in the places of a request's path.
    /// - Parameter texts: as ``PathPattern/match(_:)`` gives them.
    /// - Throws: `not-found` for a text that names nothing.
    public func places(_ texts: [String]) throws(Problem) -> (repeat each Place) {
        var left = zip(facts.path.places, texts).makeIterator()
        func next<P: PlaceValue>(_ type: P.Type) throws(Problem) -> P {
            let (name, text) = left.next() ?? ("address", "")
            guard let place = P(place: text) else { throw Problem(.notFound, "There is no such \(name).") }
            return place
        }
        return (repeat try next((each Place).self))
    }
}

/// The record of a request or an answer without a body.
public struct Nothing: WireRecord {
    public init() {}
    public init(fields: inout Fields<Self>) throws(WireError) {}
}

/// The table of endpoints, a file for each area.
public enum Endpoints {}
