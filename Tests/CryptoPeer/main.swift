import Crypto

// Computes what another implementation asks for, so that the two can be compared (Scripts/check-primitives.py).
// A line is the name of an operation and its arguments, in hexadecimal or decimal, `-` for no bytes. The answer is a
// line of values in hexadecimal, or `refused`. A line that is no question ends the program.

while let line = readLine() {
    let words = line.split(separator: " ").map(String.init)
    guard let name = words.first, let operation = operations[name] else {
        print("unknown operation")
        break
    }
    do {
        let values = try operation(Question(words: Array(words.dropFirst())))
        print(values.map(\.hexadecimal).joined(separator: " "))
    } catch is Question.Malformed {
        print("malformed question")
        break
    } catch {
        print("refused")
    }
    flush()
}
