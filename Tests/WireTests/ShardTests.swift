import Testing

@testable import Wire

@Suite struct ShardTests {
    @Test("a shard has 12 bits")
    func bounds() {
        #expect(Shard(0)?.rawValue == 0 && Shard(4_095)?.rawValue == 4_095)
        #expect(Shard(4_096) == nil && Shard(.max) == nil)
        #expect(UInt64(Shard.range.upperBound) == 1 << Shard.bitCount - 1)
    }

    @Test("on the wire it is a number within its range", arguments: [WireForm.json, .cbor])
    func wire(form: WireForm) throws {
        #expect(try Shard(wire: .unsigned(4_095), in: .server(form)) == Shard(4_095))
        #expect(throws: WireError(.outOfBounds("must be from 0 to 4095"))) {
            try Shard(wire: .unsigned(4_096), in: .server(form))
        }
        #expect(throws: WireError.self) { try Shard(wire: .unsigned(1 << 16), in: .server(form)) }
        #expect(throws: WireError.self) { try Shard(wire: .negative(-1), in: .server(form)) }
        #expect(throws: WireError.self) { try Shard(wire: .text("1"), in: .server(form)) }
    }

    @Test("an id begins with its shard: in the highest bits, in the first bytes, in the first two characters")
    func place() throws {
        let shard = try #require(Shard(0xA5C))
        let id = AccountID.random(in: shard)
        #expect(id.bytes.high >> 52 == 0xA5C)
        #expect(id.bytes.array[0] == 0xA5 && id.bytes.array[1] >> 4 == 0xC)
        #expect(id.description.hasPrefix("pc"))
        #expect(id.shard == shard)
        #expect(ConversationID(bytes: SixteenBytes(high: 0xFFF0_0000_0000_0000, low: 0)).shard == Shard(0xFFF))
        #expect(MediaID(bytes: SixteenBytes(high: 0x000F_FFFF_FFFF_FFFF, low: .max)).shard == Shard(0))
    }

    @Test("every bit after the shard is random, and none of the shard's", arguments: [0, 1, 0xA5C, 0xFFF] as [UInt16])
    func randomBits(number: UInt16) throws {
        let shard = try #require(Shard(number))
        let ids = (0..<300).map { _ in ConversationID.random(in: shard).bytes }
        let ones = ids.reduce((UInt64(0), UInt64(0))) { ($0.0 | $1.high, $0.1 | $1.low) }
        let zeros = ids.reduce((UInt64.max, UInt64.max)) { ($0.0 & $1.high, $0.1 & $1.low) }
        #expect(ones.0 == UInt64(number) << 52 | (1 << 52 - 1) && ones.1 == .max)
        #expect(zeros.0 == UInt64(number) << 52 && zeros.1 == 0)
    }

    @Test("the shards that are drawn reach both ends of the range")
    func drawn() {
        let shards = (0..<4_000).map { _ in Shard.random().rawValue }
        #expect(shards.reduce(0, |) == 0xFFF && shards.reduce(0xFFFF, &) == 0)
        #expect(Set(shards).count > 1_000)
    }

    @Test("a message id ends with the shard")
    func message() {
        #expect(MessageID(0x7FFF_FFFF_FFFF_F000).shard == Shard(0))
        #expect(MessageID(0xA5C).shard == Shard(0xA5C))
        #expect(MessageID(0x1FFF).shard == Shard(0xFFF))
    }
}
