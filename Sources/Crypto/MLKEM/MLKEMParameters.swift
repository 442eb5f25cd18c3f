/// ML-KEM-768 (FIPS 203, section 8): as hard to break as AES-192.
///
/// | bytes | of |
/// |---|---|
/// | 1,184 | encapsulation key |
/// | 1,088 | ciphertext |
/// | 64 | seed |
/// | 32 | shared secret |
public typealias MLKEM768 = MLKEM<MLKEM768Parameters>

/// ML-KEM-1024 (FIPS 203, section 8): as hard to break as AES-256.
///
/// | bytes | of |
/// |---|---|
/// | 1,568 | encapsulation key |
/// | 1,568 | ciphertext |
/// | 64 | seed |
/// | 32 | shared secret |
public typealias MLKEM1024 = MLKEM<MLKEM1024Parameters>

/// Which numbers an ML-KEM is made with. Not to be conformed to elsewhere.
public protocol MLKEMParameters: Sendable {
    /// The numbers (FIPS 203, table 2).
    static var parameterSet: MLKEMParameterSet { get }
}

/// Names ML-KEM-768.
public enum MLKEM768Parameters: MLKEMParameters {
    public static let parameterSet = MLKEMParameterSet(rank: 3, vectorBits: 10, numberBits: 4)
}

/// Names ML-KEM-1024.
public enum MLKEM1024Parameters: MLKEMParameters {
    public static let parameterSet = MLKEMParameterSet(rank: 4, vectorBits: 11, numberBits: 5)
}

/// One row of FIPS 203, table 2, both of whose noises have η = 2.
///
/// A value and not a type, so that one compiled implementation serves all; loops over coefficients know their bit
/// counts at compile time all the same.
public struct MLKEMParameterSet: Hashable, Sendable {
    /// Polynomials in a vector (k).
    let rank: Int
    /// Bits that a coefficient of the ciphertext's vector keeps (du): 10 or 11.
    let vectorBits: UInt32
    /// Bits that a coefficient of its last polynomial keeps (dv): 4 or 5.
    let numberBits: UInt32

    /// Bytes in a vector that is not compressed.
    var vectorByteCount: Int { 384 * rank }
    /// Bytes in an encapsulation key: a vector and a seed.
    var encryptionKeyByteCount: Int { vectorByteCount + 32 }
    /// Bytes in one polynomial of a ciphertext's vector.
    var compressedByteCount: Int { 32 * Int(vectorBits) }
    /// Bytes in a ciphertext.
    var ciphertextByteCount: Int { compressedByteCount * rank + 32 * Int(numberBits) }
}
