import Wire

/// One figure, with what it is held against.
struct Figure {
    enum Target {
        case atLeast(Double)
        case atMost(Double)

        func isMet(by value: Double) -> Bool {
            switch self {
            case .atLeast(let bound): value >= bound
            case .atMost(let bound): value <= bound
            }
        }
    }

    let key: String
    let label: String
    let value: Double
    let unit: String
    /// Against the ceiling of the same run; `ratioTo` says which part of it.
    var ratio: Double?
    var ratioTo: String?
    var target: Target?

    init(
        _ key: String, _ label: String, _ value: Double, _ unit: String, ratio: Double? = nil,
        to ratioTo: String? = nil, target: Target? = nil
    ) {
        self.key = key
        self.label = label
        self.value = value
        self.unit = unit
        self.ratio = ratio
        self.ratioTo = ratioTo
        self.target = target
    }
}

/// What one verb measured.
struct Measurement {
    let verb: String
    /// What was done, in a sentence.
    let title: String
    var figures: [Figure]

    func json() -> String {
        var writer = WireWriter(form: .json)
        writer.record { (writer) in
            writer.put("verb", text: verb)
            writer.put("title", text: title)
            for figure in figures {
                writer.put(figure.key, WireValue.double(figure.value))
                if let ratio = figure.ratio { writer.put("\(figure.key)Ratio", WireValue.double(ratio)) }
            }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    func text() -> String {
        let rows = figures.map { (figure) in
            let ratio = figure.ratio.map { Self.number($0) + " " + (figure.ratioTo ?? "of the ceiling") } ?? ""
            return "  " + Self.left(figure.label, 44) + Self.right(Self.number(figure.value), 12) + " "
                + Self.left(figure.unit, 6) + Self.left(ratio, 32) + Self.verdict(figure)
        }
        return ([title] + rows.map(Self.trimmed)).joined(separator: "\n")
    }

    /// Rows of a table in Markdown, one for each figure.
    func markdown() -> String {
        figures.map { (figure) in
            let ratio = figure.ratio.map { Self.number($0) + " " + (figure.ratioTo ?? "of the ceiling") } ?? ""
            let value = Self.number(figure.value) + " " + figure.unit
            return "| \(verb) | \(figure.label) | \(value) | \(ratio) | \(Self.verdict(figure)) |"
        }.joined(separator: "\n")
    }

    private static func verdict(_ figure: Figure) -> String {
        guard let target = figure.target else { return "" }
        let bound =
            switch target {
            case .atLeast(let bound): "at least \(number(bound))"
            case .atMost(let bound): "at most \(number(bound))"
            }
        return (target.isMet(by: figure.value) ? "reached: " : "NOT REACHED: ") + bound
    }

    /// Three figures that count, with thousands apart.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        if value.magnitude >= 100 { return grouped(Int(value.rounded())) }
        let places = value.magnitude >= 10 ? 1 : value.magnitude >= 0.1 ? 2 : 4
        let scale = (0..<places).reduce(1.0) { (scale, _) in scale * 10 }
        let scaled = Int((value.magnitude * scale).rounded())
        let fraction = String(scaled % Int(scale))
        let zeros = String(repeating: "0", count: max(0, places - fraction.count))
        return "\(value < 0 ? "-" : "")\(scaled / Int(scale)).\(zeros)\(fraction)"
    }

    private static func grouped(_ value: Int) -> String {
        var text = ""
        for (index, digit) in String(value.magnitude).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (value < 0 ? "-" : "") + String(text.reversed())
    }

    private static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private static func trimmed(_ text: String) -> String {
        var text = text
        while text.last == " " { text.removeLast() }
        return text
    }
}
