#!/usr/bin/env python3
"""Opens the vectors in fixtures/session with nothing but docs/protocol/session.md and Python's `cryptography`.

A second implementation on purpose: it shares no code with the Swift one, and holds the document to it.
Needs `cryptography` 47 or later (ML-KEM). Prints what it opened; fails on the first difference.
"""
import hashlib
import hmac
import json
import pathlib
import struct
import sys

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305


def keyed(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def expand(key, info, size):
    output, block, counter = b"", b"", 1
    while len(output) < size:
        block = keyed(key, block + info + bytes([counter]))
        output, counter = output + block, counter + 1
    return output[:size]


def agree(private, public):
    return X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(public))


def public_of(private):
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def raw(value):
    return bytes.fromhex(value)


def party(side):
    return (raw(side["account"]) + struct.pack(">I", side["device"])
            + raw(side["accountIdentity"]) + raw(side["deviceIdentity"]))


def split(message):
    """Handshake (empty for a plain message), ratchet key, previous count, number, bound prefix, sealed."""
    assert message[0] == 1 and message[1] in (1, 2)
    start = 2 if message[1] == 1 else 2 + 1134
    ratchet_key = message[start:start + 32]
    previous, number = struct.unpack(">II", message[start + 32:start + 40])
    return message[2:start], ratchet_key, previous, number, message[:start + 40], message[start + 40:]


def first_root(vector, handshake, binding):
    responder = vector["responder"]
    signed_id, single_kind, single_id, kem_kind, kem_id = struct.unpack(">IBIBI", handshake[:14])
    ephemeral, ciphertext = handshake[14:46], handshake[46:]
    assert len(ciphertext) == 1088
    signed, single, kem = responder["signedPreKey"], responder["singlePreKey"], responder["kemPreKey"]
    assert signed_id == signed["id"] and kem_id == kem["id"]
    assert single_kind == {"none": 0, "one-time": 1, "last-resort": 2}[single["kind"]]
    assert single_id == single.get("id", 0)
    assert kem_kind == {"one-time": 1, "last-resort": 2}[kem["kind"]]
    identity = raw(responder["deviceIdentityPrivate"])[32:]
    initiator_identity = raw(vector["initiator"]["deviceIdentity"])[32:]
    signed_private = raw(signed["private"])
    secrets = b"\xff" * 32 + agree(signed_private, initiator_identity) + agree(identity, ephemeral)
    secrets += agree(signed_private, ephemeral)
    transcript = binding + handshake + public_of(signed_private)
    if single_kind:
        secrets += agree(raw(single["private"]), ephemeral)
        transcript += public_of(raw(single["private"]))
    decapsulation = MLKEM768PrivateKey.from_seed_bytes(raw(kem["seed"]))
    secrets += decapsulation.decapsulate(ciphertext)
    transcript += decapsulation.public_key().public_bytes_raw()
    return expand(keyed(bytes(32), secrets), b"Sotto PQXDH v1\0" + hashlib.sha256(transcript).digest(), 32)


def step(root, shared):
    output = expand(keyed(root, shared), b"Sotto ratchet v1", 64)
    return output[:32], output[32:]


def unpad(padded):
    mark = max(index for index, byte in enumerate(padded) if byte)
    assert padded[mark] == 0x80
    size = mark + 1
    unit = 256 if size <= 1024 else 1 << ((size - 1).bit_length() - 3)
    assert len(padded) == -(-size // unit) * unit
    return padded[:mark]


def check(vector):
    binding = hashlib.sha256(
        b"Sotto session v1\0" + party(vector["initiator"]) + party(vector["responder"])).digest()
    assert binding == raw(vector["binding"])
    handshake = split(raw(vector["messages"][0]["bytes"]))[0]
    assert hashlib.sha256(handshake).digest() == raw(vector["handshakeID"])
    root = first_root(vector, handshake, binding)
    # The responder's first ratchet key is its signed prekey.
    other = public_of(raw(vector["responder"]["signedPreKey"]["private"]))
    chains, sender_key, opened = {}, None, 0
    for message in vector["messages"]:
        shown, key, _, number, prefix, sealed = split(raw(message["bytes"]))
        assert shown in (b"", handshake)
        private = raw(message["ratchetPrivate"])
        assert public_of(private) == key
        if key not in chains:
            root, chains[key] = step(root, agree(private, sender_key or other))
            other, sender_key = sender_key, key
        chain = chains[key]
        for _ in range(number):
            chain = keyed(chain, b"\x02")
        plaintext = unpad(ChaCha20Poly1305(keyed(chain, b"\x01")).decrypt(bytes(12), sealed, binding + prefix))
        assert plaintext == raw(message["plaintext"])
        opened += 1
    return opened


folder = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "session"
files = sorted(folder.glob("*.json"))
if not files:
    sys.exit(f"no vectors in {folder}")
for file in files:
    print(f"{file.name}: {check(json.loads(file.read_text()))} messages opened")
