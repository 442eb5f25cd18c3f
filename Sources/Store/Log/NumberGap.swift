/// Numbers of a queue or conversation that were passed over when a loss was accepted: who was given one of them, before
/// the loss, must not meet it again. What counts by numbers leaves them out. Empty for nearly everybody.
package struct NumberGap: Sendable, Equatable {
    /// The last number before it.
    package var after: UInt64 = 0
    /// The last number in it.
    package var through: UInt64 = 0

    /// How many of the numbers above `number` are in it.
    func count(above number: UInt64) -> UInt64 {
        let start = max(after, number)
        return through > start ? through - start : 0
    }

    /// Where one is who has everything up to `number`: behind the gap, when he has all that is before it.
    func passed(from number: UInt64) -> UInt64 { (after..<through).contains(number) ? through : number }
}
