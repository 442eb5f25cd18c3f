#!/usr/bin/env python3
"""Compares our primitives with other implementations, on random inputs and in both directions.

    check-primitives.py PROGRAM [--rounds 40] [--seed NUMBER]

PROGRAM is `crypto-peer`, which computes what a line asks for. The others come from PyPI: `cryptography` (OpenSSL, and
its HPKE), `pynacl` (libsodium of its own), `pycryptodome`, `kyber-py` (ML-KEM in plain Python), `pyhpke`, `pyrage` (age
in Rust), and hashlib. What one side seals, signs or encapsulates the other opens, verifies or decapsulates; what was
forged must be refused. Prints the seed and what was compared; fails on the first difference.
"""
import argparse
import base64
import collections
import hashlib
import hmac
import random
import subprocess
import sys

import nacl.bindings
import pyrage
from Crypto.Cipher import AES as CryptodomeAES
from Crypto.Hash import SHAKE128, SHAKE256
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, hpke, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from kyber_py.ml_kem import ML_KEM_768, ML_KEM_1024
from pyhpke import AEADId, CipherSuite, KDFId, KEMId, KEMKey

CHUNK = 65536
RAW = serialization.Encoding.Raw, serialization.PublicFormat.Raw
UNCOMPRESSED = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint


class Peer:
    """Our side: one question, one answer."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, name, *arguments):
        """The values of the answer; None when it was refused."""
        words = [a.hex() or "-" if isinstance(a, bytes) else str(a) for a in arguments]
        self.process.stdin.write(" ".join([name, *words]) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if answer == "refused":
            return None
        values = [b"" if word == "-" else bytes.fromhex(word) for word in answer.split()]
        return values[0] if len(values) == 1 else values


def refuses(action, *errors):
    try:
        action()
    except errors:
        return True
    return False


class Check:
    def __init__(self, peer, dice):
        self.ask = peer.ask
        self.dice = dice
        self.counts = collections.Counter()

    def bytes(self, count):
        return self.dice.randbytes(count)

    def text(self, bound=2000):
        """Bytes of a random size, small sizes and those around blocks more often."""
        edges = [0, 1, 15, 16, 17, 31, 32, 55, 56, 63, 64, 65, 111, 112, 127, 128, 135, 136, 137, 168, 1023, 1024]
        return self.bytes(self.dice.choice(edges) if self.dice.random() < 0.5 else self.dice.randrange(bound))

    def flipped(self, data):
        place = self.dice.randrange(len(data))
        return data[:place] + bytes([data[place] ^ 1 << self.dice.randrange(8)]) + data[place + 1:]

    def same(self, name, ours, theirs):
        if ours != theirs:
            sys.exit(f"{name}: ours {ours and ours.hex()}\n  theirs {theirs and theirs.hex()}")
        self.counts[name] += 1

    def true(self, name, holds):
        if not holds:
            sys.exit(f"{name}: does not hold")
        self.counts[name] += 1

    def hashes(self):
        data, key, count = self.text(), self.bytes(self.dice.randrange(16, 65)), self.dice.randrange(1, 500)
        for name in ("sha256", "sha384", "sha512"):
            self.same(name, self.ask(name, data), hashlib.new(name, data).digest())
            self.same(f"hmac-{name}", self.ask(f"hmac-{name}", key, data), hmac.new(key, data, name).digest())
        self.same("sha3-256", self.ask("sha3-256", data), hashlib.sha3_256(data).digest())
        self.same("sha3-512", self.ask("sha3-512", data), hashlib.sha3_512(data).digest())
        self.same("shake128", self.ask("shake128", data, count), SHAKE128.new(data).read(count))
        self.same("shake256", self.ask("shake256", data, count), SHAKE256.new(data).read(count))
        size = self.dice.randrange(16, 65)
        theirs = hashlib.blake2b(data, key=key, digest_size=size).digest()
        self.same("blake2b", self.ask("blake2b", key, data, size), theirs)
        salt, info = self.text(200), self.text(200)
        for name, theirs in (
                ("sha256", hashes.SHA256()), ("sha384", hashes.SHA384()), ("sha512", hashes.SHA512())):
            derived = HKDF(theirs, count, salt, info).derive(key)
            self.same(f"hkdf-{name}", self.ask(f"hkdf-{name}", key, salt, info, count), derived)

    def argon2id(self):
        password, salt = self.text(60), self.bytes(16)
        passes, memory = self.dice.randrange(1, 4), self.dice.randrange(8, 200) * 1024
        theirs = nacl.bindings.crypto_pwhash_alg(
            32, password, salt, passes, memory, nacl.bindings.crypto_pwhash_ALG_ARGON2ID13)
        self.same("argon2id", self.ask("argon2id", password, salt, passes, memory), theirs)

    def x25519(self):
        ours, theirs = self.bytes(32), x25519.X25519PrivateKey.from_private_bytes(self.bytes(32))
        public = self.ask("x25519-public", ours)
        self.same("x25519 public", public, nacl.bindings.crypto_scalarmult_base(ours))
        shared = theirs.exchange(x25519.X25519PublicKey.from_public_bytes(public))
        self.same("x25519", self.ask("x25519", ours, theirs.public_key().public_bytes_raw()), shared)
        self.true("x25519 small order", self.ask("x25519", ours, bytes(32)) is None)

    def ed25519(self):
        seed, message = self.bytes(32), self.text()
        public, signature = self.ask("ed25519-sign", seed, message)
        theirs = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
        self.same("ed25519 public", public, theirs.public_key().public_bytes_raw())
        self.same("ed25519 sign", signature, theirs.sign(message))
        self.same("ed25519 verify", self.ask("ed25519-verify", public, signature, message), b"\x01")
        forged = self.flipped(signature)
        self.same("ed25519 forged", self.ask("ed25519-verify", public, forged, message), b"\x00")

    def p256(self):
        secret, message = self.bytes(32), self.text()
        ours = ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())
        theirs = ec.generate_private_key(ec.SECP256R1())
        public, peer = self.ask("p256-public", secret), theirs.public_key().public_bytes(*UNCOMPRESSED)
        self.same("p256 public", public, ours.public_key().public_bytes(*UNCOMPRESSED))
        self.same("p256", self.ask("p256", secret, peer), theirs.exchange(ec.ECDH(), ours.public_key()))
        ours.public_key().verify(self.ask("p256-sign", secret, message), message, ec.ECDSA(hashes.SHA256()))
        self.counts["ecdsa sign"] += 1
        signature = theirs.sign(message, ec.ECDSA(hashes.SHA256()))
        self.same("ecdsa verify", self.ask("p256-verify", peer, signature, message), b"\x01")
        self.same("ecdsa forged", self.ask("p256-verify", peer, signature, message + b"x"), b"\x00")

    def ciphers(self):
        nonce, bound, text = self.bytes(12), self.text(200), self.text()
        for name, sizes, make in (("chacha", [32], ChaCha20Poly1305), ("aesgcm", [16, 32], AESGCM)):
            key = self.bytes(self.dice.choice(sizes))
            sealed = make(key).encrypt(nonce, text, bound)
            self.same(f"{name} seal", self.ask(f"{name}-seal", key, nonce, bound, text), sealed)
            self.same(f"{name} open", self.ask(f"{name}-open", key, nonce, bound, sealed), text)
            forged = self.ask(f"{name}-open", key, nonce, bound, self.flipped(sealed))
            self.true(f"{name} forged", forged is None)
        cipher = CryptodomeAES.new(key, CryptodomeAES.MODE_GCM, nonce=nonce)
        cipher.update(bound)
        self.same("aesgcm pycryptodome", sealed, b"".join(cipher.encrypt_and_digest(text)))
        key = self.bytes(32)
        sealed = self.ask("xchacha-seal", key, bound, text)
        theirs = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed[24:], bound, sealed[:24], key)
        self.same("xchacha seal", theirs, text)
        nonce = self.bytes(24)
        theirs = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(text, bound, nonce, key)
        self.same("xchacha open", self.ask("xchacha-open", key, bound, nonce + theirs), text)
        self.true("xchacha forged", self.ask("xchacha-open", key, bound, self.flipped(nonce + theirs)) is None)

    def mlkem(self, name, plain, private, public):
        seed = self.bytes(64)
        key = private.from_seed_bytes(seed)
        encapsulation_key = self.ask(f"{name}-public", seed)
        self.same(f"{name} public", encapsulation_key, key.public_key().public_bytes_raw())
        expanded = plain.key_derive(seed)
        self.same(f"{name} public kyber-py", encapsulation_key, expanded[0])
        ciphertext, secret = self.ask(f"{name}-encapsulate", encapsulation_key)
        self.same(f"{name} encapsulate", secret, key.decapsulate(ciphertext))
        self.same(f"{name} encapsulate kyber-py", secret, plain.decaps(expanded[1], ciphertext))
        secret, ciphertext = public.from_public_bytes(encapsulation_key).encapsulate()
        self.same(f"{name} decapsulate", self.ask(f"{name}-decapsulate", seed, ciphertext), secret)
        secret, ciphertext = plain.encaps(encapsulation_key)
        self.same(f"{name} decapsulate kyber-py", self.ask(f"{name}-decapsulate", seed, ciphertext), secret)
        forged = self.flipped(ciphertext)
        rejection = plain.decaps(expanded[1], forged)
        self.same(f"{name} rejection", self.ask(f"{name}-decapsulate", seed, forged), rejection)
        self.same(f"{name} rejection openssl", rejection, key.decapsulate(forged))
        unreduced = b"\xff" * 3 + encapsulation_key[3:]
        self.true(f"{name} unreduced", self.ask(f"{name}-encapsulate", unreduced) is None)

    def mlkems(self):
        self.mlkem("mlkem768", ML_KEM_768, mlkem.MLKEM768PrivateKey, mlkem.MLKEM768PublicKey)
        self.mlkem("mlkem1024", ML_KEM_1024, mlkem.MLKEM1024PrivateKey, mlkem.MLKEM1024PublicKey)

    def xwing_keys(self, seed):
        expanded = hashlib.shake_256(seed).digest(96)
        return (mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64]),
                x25519.X25519PrivateKey.from_private_bytes(expanded[64:]))

    def combined(self, kem_secret, curve_secret, ephemeral, owner):
        return hashlib.sha3_256(kem_secret + curve_secret + ephemeral + owner + rb"\.//^" + b"\\").digest()

    def xwing(self):
        seed = self.bytes(32)
        kem, curve = self.xwing_keys(seed)
        owner = curve.public_key().public_bytes_raw()
        public = self.ask("xwing-public", seed)
        self.same("xwing public", public, kem.public_key().public_bytes_raw() + owner)
        ciphertext, secret = self.ask("xwing-encapsulate", public)
        ephemeral = ciphertext[1088:]
        curve_secret = curve.exchange(x25519.X25519PublicKey.from_public_bytes(ephemeral))
        theirs = self.combined(kem.decapsulate(ciphertext[:1088]), curve_secret, ephemeral, owner)
        self.same("xwing encapsulate", secret, theirs)
        once = x25519.X25519PrivateKey.generate()
        kem_secret, kem_ciphertext = kem.public_key().encapsulate()
        ephemeral = once.public_key().public_bytes_raw()
        theirs = self.combined(kem_secret, once.exchange(curve.public_key()), ephemeral, owner)
        self.same("xwing decapsulate", self.ask("xwing-decapsulate", seed, kem_ciphertext + ephemeral), theirs)

    def hpke_key(self, kem):
        """Our stored key, their private key, our public bytes."""
        secret = self.bytes(64 if kem in (0x41, 0x42) else 32)
        public = self.ask("hpke-public", kem, secret)
        if kem == 0x20:
            return secret, x25519.X25519PrivateKey.from_private_bytes(secret), public
        if kem == 0x10:
            return secret, ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1()), public
        if kem == 0x41:
            return secret, mlkem.MLKEM768PrivateKey.from_seed_bytes(secret), public
        if kem == 0x42:
            return secret, mlkem.MLKEM1024PrivateKey.from_seed_bytes(secret), public
        return secret, hpke.MLKEM768X25519PrivateKey(*self.xwing_keys(secret)), public

    def hpke(self):
        kems = {0x10: hpke.KEM.P256, 0x20: hpke.KEM.X25519, 0x41: hpke.KEM.MLKEM768, 0x42: hpke.KEM.MLKEM1024,
                0x647A: hpke.KEM.MLKEM768_X25519}
        kdfs = {1: hpke.KDF.HKDF_SHA256, 2: hpke.KDF.HKDF_SHA384, 3: hpke.KDF.HKDF_SHA512, 16: hpke.KDF.SHAKE128,
                17: hpke.KDF.SHAKE256}
        aeads = {1: hpke.AEAD.AES_128_GCM, 2: hpke.AEAD.AES_256_GCM, 3: hpke.AEAD.CHACHA20_POLY1305}
        for kem, their_kem in kems.items():
            kdf, aead = self.dice.choice(list(kdfs)), self.dice.choice(list(aeads))
            suite = hpke.Suite(their_kem, kdfs[kdf], aeads[aead])
            secret, key, public = self.hpke_key(kem)
            info, text = self.text(100), self.text()
            encapsulated, sealed = self.ask("hpke-seal", kem, kdf, aead, public, info, b"", text)
            self.same(f"hpke {kem:#06x} seal", suite.decrypt(encapsulated + sealed, key, info), text)
            theirs = suite.encrypt(text, key.public_key(), info)
            split = len(theirs) - len(text) - 16
            opened = self.ask("hpke-open", kem, kdf, aead, secret, info, b"", theirs[:split], theirs[split:])
            self.same(f"hpke {kem:#06x} open", opened, text)
            forged = self.flipped(theirs)
            opened = self.ask("hpke-open", kem, kdf, aead, secret, info, b"", forged[:split], forged[split:])
            self.true(f"hpke {kem:#06x} forged", opened is None)

    def pyhpke(self):
        for kem, their_kem in ((0x10, KEMId.DHKEM_P256_HKDF_SHA256), (0x20, KEMId.DHKEM_X25519_HKDF_SHA256)):
            suite = CipherSuite.new(their_kem, KDFId.HKDF_SHA256, AEADId.CHACHA20_POLY1305)
            secret, key, public = self.hpke_key(kem)
            info, bound, text = self.text(100), self.text(100), self.text()
            encapsulated, sealed = self.ask("hpke-seal", kem, 1, 3, public, info, bound, text)
            recipient = suite.create_recipient_context(encapsulated, KEMKey.from_pyca_cryptography_key(key), info)
            self.same(f"pyhpke {kem:#06x} seal", recipient.open(sealed, bound), text)
            their_public = KEMKey.from_pyca_cryptography_key(key.public_key())
            encapsulated, sender = suite.create_sender_context(their_public, info)
            sealed = sender.seal(text, bound)
            opened = self.ask("hpke-open", kem, 1, 3, secret, info, bound, encapsulated, sealed)
            self.same(f"pyhpke {kem:#06x} open", opened, text)

    def stream(self):
        key, text = self.bytes(32), self.bytes(self.dice.choice([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 150000]))
        cipher, chunks = ChaCha20Poly1305(key), [text[i:i + CHUNK] for i in range(0, len(text), CHUNK)] or [b""]
        sealed = b"".join(
            cipher.encrypt(number.to_bytes(11, "big") + bytes([number == len(chunks) - 1]), chunk, None)
            for number, chunk in enumerate(chunks))
        self.same("stream seal", self.ask("stream-seal", key, text), sealed)
        self.same("stream open", self.ask("stream-open", key, sealed), text)
        self.true("stream forged", self.ask("stream-open", key, self.flipped(sealed)) is None)
        self.true("stream cut", self.ask("stream-open", key, sealed[:self.dice.randrange(len(sealed))]) is None)

    def age(self):
        """A file of age in Rust: its header by this script, its payload by ours; and the other way round."""
        identity, text = pyrage.x25519.Identity.generate(), self.text(200000)
        file = pyrage.encrypt(text, [identity.to_public()])
        header, rest = file.split(b"\n--- ", 1)
        tag, payload = rest.split(b"\n", 1)
        stanza = header.split(b"\n")
        ephemeral, body = unpadded(stanza[1].split(b" ")[2]), unpadded(stanza[2])
        key = x25519.X25519PrivateKey.from_private_bytes(bech32(str(identity)))
        shared = key.exchange(x25519.X25519PublicKey.from_public_bytes(ephemeral))
        salt = ephemeral + key.public_key().public_bytes_raw()
        wrapping = HKDF(hashes.SHA256(), 32, salt, b"age-encryption.org/v1/X25519").derive(shared)
        file_key = ChaCha20Poly1305(wrapping).decrypt(bytes(12), body, None)
        self.same("age open", self.ask("age-open", file_key, payload[:16], payload[16:]), text)
        nonce, other = self.bytes(16), self.text(200000)
        sealed = self.ask("age-seal", file_key, nonce, other)
        ours = header + b"\n--- " + tag + b"\n" + nonce + sealed
        self.same("age seal", pyrage.decrypt(ours, [identity]), other)


def unpadded(text):
    return base64.b64decode(text + b"=" * (-len(text) % 4))


def bech32(text):
    """The bytes in AGE-SECRET-KEY-1…, its checksum left aside."""
    alphabet = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
    bits = "".join(f"{alphabet.index(letter):05b}" for letter in text.split("1", 1)[1][:-6])
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits) // 8 * 8, 8))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.rounds} rounds (what others draw by themselves does not follow from it)")
    check = Check(Peer(options.program), random.Random(options.seed))
    parts = [check.hashes, check.argon2id, check.x25519, check.ed25519, check.p256, check.ciphers, check.mlkems,
             check.xwing, check.hpke, check.pyhpke, check.stream, check.age]
    for _ in range(options.rounds):
        for part in parts:
            part()
    for name, count in check.counts.items():
        print(f"{count:6} {name}")
    print(f"{sum(check.counts.values()):6} comparisons, no difference")


main()
