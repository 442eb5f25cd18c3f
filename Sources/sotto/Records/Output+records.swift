import Glibc

extension Output {
    /// One line of JSON, where that is asked for. One call for one line, so that those of several tasks do not mix.
    /// - Parameter record: made only where it is printed.
    func print<Value>(_ kind: RecordKind<Value>, _ record: @autoclosure () -> Value) {
        guard isJSON else { return }
        Self.write(String(decoding: kind.line(record()), as: UTF8.self) + "\n", to: STDOUT_FILENO)
    }

    /// Of an event without fields.
    func print(_ kind: RecordKind<EmptyRecord>) { print(kind, EmptyRecord()) }
}
