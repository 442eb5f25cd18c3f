/// The public-key encryption inside ML-KEM (FIPS 203, section 5).
///
/// Not to be used by itself: it is broken under chosen ciphertexts.
struct KPKE {
    private let parameters: MLKEMParameterSet

    init(_ parameters: MLKEMParameterSet) { self.parameters = parameters }

    private var rank: Int { parameters.rank }
    private var vectorByteCount: Int { parameters.vectorByteCount }
    private var compressedByteCount: Int { parameters.compressedByteCount }

    /// Algorithm 13. Writes the encryption key and the decryption key (a vector) that `seed` makes.
    func generateKeys(
        seed: UnsafeRawBufferPointer, encryptionKey: UnsafeMutableRawBufferPointer,
        decryptionKey: UnsafeMutableRawBufferPointer
    ) {
        var sponge = Keccak.sha3(digestByteCount: 64)
        sponge.absorb(seed)
        sponge.absorb([UInt8(rank)])
        sponge.squeezeSecret(64).withUnsafeBytes { seeds in
            let rho = UnsafeRawBufferPointer(rebasing: seeds[..<32])
            let sigma = UnsafeRawBufferPointer(rebasing: seeds[32...])
            let matrix = matrix(rho)
            let s = Polynomials(count: rank)
            let t = Polynomials(count: rank)
            for index in 0..<rank {
                Sampling.small(seed: sigma, number: UInt8(index), into: s[index])
                Transform.forward(s[index])
                Sampling.small(seed: sigma, number: UInt8(rank + index), into: t[index])
                Transform.forward(t[index])
            }
            for row in 0..<rank {
                for column in 0..<rank {
                    Transform.addProduct(of: matrix[row * rank + column], s[column], to: t[row])
                }
                PolynomialCoding.encode(t[row], into: part(encryptionKey, 384, row))
                PolynomialCoding.encode(s[row], into: part(decryptionKey, 384, row))
            }
            UnsafeMutableRawBufferPointer(rebasing: encryptionKey[vectorByteCount...]).copyMemory(from: rho)
        }
    }

    /// Whether `encryptionKey` holds reduced numbers only (FIPS 203, section 7.2).
    func isReduced(_ encryptionKey: UnsafeRawBufferPointer) -> Bool {
        let t = Polynomials(count: 1)
        for row in 0..<rank {
            PolynomialCoding.decode(part(encryptionKey, 384, row), into: t[0])
            for index in 0..<256 where t[0][index] >= FieldElement.q { return false }
        }
        return true
    }

    /// Algorithm 14. Writes the ciphertext of `message` (32 bytes) under `randomness` (32 bytes).
    func encrypt(
        _ message: UnsafeRawBufferPointer, encryptionKey: UnsafeRawBufferPointer, randomness: UnsafeRawBufferPointer,
        into ciphertext: UnsafeMutableRawBufferPointer
    ) {
        let matrix = matrix(UnsafeRawBufferPointer(rebasing: encryptionKey[vectorByteCount...]))
        let y = Polynomials(count: rank)
        for index in 0..<rank {
            Sampling.small(seed: randomness, number: UInt8(index), into: y[index])
            Transform.forward(y[index])
        }
        for row in 0..<rank {
            let u = Polynomials(count: 2)
            // The matrix is used transposed here.
            for column in 0..<rank { Transform.addProduct(of: matrix[column * rank + row], y[column], to: u[0]) }
            Transform.inverse(u[0])
            Sampling.small(seed: randomness, number: UInt8(rank + row), into: u[1])
            Transform.add(u[1], to: u[0])
            PolynomialCoding.encodeCompressed(
                u[0], bits: parameters.vectorBits, into: part(ciphertext, compressedByteCount, row))
        }
        let v = Polynomials(count: 2)
        for index in 0..<rank {
            PolynomialCoding.decode(part(encryptionKey, 384, index), into: v[1])
            Transform.addProduct(of: v[1], y[index], to: v[0])
        }
        Transform.inverse(v[0])
        Sampling.small(seed: randomness, number: UInt8(2 * rank), into: v[1])
        Transform.add(v[1], to: v[0])
        PolynomialCoding.decodeCompressed(message, bits: 1, into: v[1])
        Transform.add(v[1], to: v[0])
        PolynomialCoding.encodeCompressed(
            v[0], bits: parameters.numberBits,
            into: UnsafeMutableRawBufferPointer(rebasing: ciphertext[(compressedByteCount * rank)...]))
    }

    /// Algorithm 15. Writes the message (32 bytes) in `ciphertext`.
    func decrypt(
        _ ciphertext: UnsafeRawBufferPointer, decryptionKey: UnsafeRawBufferPointer,
        into message: UnsafeMutableRawBufferPointer
    ) {
        let work = Polynomials(count: 4)
        let (product, u, s, v) = (work[0], work[1], work[2], work[3])
        for index in 0..<rank {
            PolynomialCoding.decodeCompressed(
                part(ciphertext, compressedByteCount, index), bits: parameters.vectorBits, into: u)
            Transform.forward(u)
            PolynomialCoding.decode(part(decryptionKey, 384, index), into: s)
            Transform.addProduct(of: s, u, to: product)
        }
        Transform.inverse(product)
        PolynomialCoding.decodeCompressed(
            UnsafeRawBufferPointer(rebasing: ciphertext[(compressedByteCount * rank)...]),
            bits: parameters.numberBits, into: v)
        for index in 0..<256 { v[index] = FieldElement.subtract(v[index], product[index]) }
        PolynomialCoding.encodeCompressed(v, bits: 1, into: message)
    }

    /// The public matrix that `rho` (32 bytes) makes, row by row.
    private func matrix(_ rho: UnsafeRawBufferPointer) -> Polynomials {
        let matrix = Polynomials(count: rank * rank)
        for row in 0..<rank {
            for column in 0..<rank {
                Sampling.uniform(
                    seed: rho, column: UInt8(column), row: UInt8(row), into: matrix[row * rank + column])
            }
        }
        return matrix
    }

    private func part(
        _ bytes: UnsafeRawBufferPointer, _ byteCount: Int, _ index: Int
    ) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[(byteCount * index)..<(byteCount * (index + 1))])
    }

    private func part(
        _ bytes: UnsafeMutableRawBufferPointer, _ byteCount: Int, _ index: Int
    ) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: bytes[(byteCount * index)..<(byteCount * (index + 1))])
    }
}
