#!/usr/bin/env python3
"""Works out the vectors in fixtures/vectors with nothing but docs/protocol and Python's `cryptography`.

A second implementation on purpose: it shares no code with the Swift one, and holds the pages to it.
Needs `cryptography` 47 or later (ML-KEM). Prints what it checked; fails on the first difference.
"""
import base64
import hashlib
import hmac
import json
import pathlib
import struct
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
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


def check_session(vector):
    """session.md"""
    binding = hashlib.sha256(
        b"Sotto session v1\0" + party(vector["initiator"]) + party(vector["responder"])).digest()
    assert binding == raw(vector["binding"])
    handshake = split(raw(vector["messages"][0]["bytes"]))[0]
    assert hashlib.sha256(handshake).digest() == raw(vector["handshakeID"])
    assert public_of(raw(vector["ephemeralPrivate"])) == handshake[14:46]
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


# keys.md ---------------------------------------------------------------------------------------------------------


def signed(public, context, content, signature):
    """Ed25519 over context, zero, content; raises when it does not verify. Signatures are deterministic."""
    Ed25519PublicKey.from_public_bytes(public).verify(signature, context.encode() + b"\0" + content)


def public_identity(private):
    signing = Ed25519PrivateKey.from_private_bytes(private[:32]).public_key().public_bytes_raw()
    return signing + public_of(private[32:])


def list_bytes(account, identity, epoch, devices):
    content = b"\x01" + account + identity + struct.pack(">QB", epoch, len(devices))
    for device in devices:
        content += struct.pack(">IH", device["device"], device["registration"]) + raw(device["identity"])
    return content


def check_identities(vector):
    identity = public_identity(raw(vector["accountPrivate"]))
    assert identity == raw(vector["accountIdentity"])
    assert hashlib.sha256(identity).digest() == raw(vector["fingerprint"])
    device = public_identity(raw(vector["devicePrivates"][0]))
    count = 1
    for entry in vector["lists"]:
        whole = raw(entry["bytes"])
        content = list_bytes(raw(entry["account"]), identity, entry["epoch"], entry["devices"])
        assert whole[:-64] == content
        signed(identity[:32], "Sotto device list v1", content, whole[-64:])
        key = Ed25519PrivateKey.from_private_bytes(raw(vector["accountPrivate"])[:32])
        assert key.sign(b"Sotto device list v1\0" + content) == whole[-64:]
        count += 1
    for key in vector["preKeys"]:
        content = struct.pack(">I", key["id"])
        if "createdAt" in key:
            content += struct.pack(">Q", key["createdAt"])
        signed(device[:32], key["context"], content + raw(key["key"]), raw(key["signature"]))
        count += 1
    login = vector["login"]
    name = login["serverName"].encode()
    content = struct.pack(">H", len(name)) + name + raw(login["challenge"]) + raw(login["account"])
    signed(device[:32], "Sotto login v1", content + struct.pack(">I", login["device"]), raw(login["signature"]))
    return count + 1


def check_safety_numbers(vector):
    def half(account, identity):
        digest = hashlib.sha512(b"\0\0" + identity + account + identity).digest()
        for _ in range(5199):
            digest = hashlib.sha512(digest + identity).digest()
        return digest

    def digits(digest):
        return "".join("%05d" % (int.from_bytes(digest[at:at + 5], "big") % 100000) for at in range(0, 30, 5))

    for case in vector["cases"]:
        own = half(raw(case["account"]), raw(case["identity"]))
        peer = half(raw(case["peer"]), raw(case["peerIdentity"]))
        assert "".join(sorted([digits(own), digits(peer)])) == case["digits"]
        assert b"\x01" + own[:32] + peer[:32] == raw(case["payload"])
    return len(vector["cases"])


# attachments.md --------------------------------------------------------------------------------------------------


def bucket(size):
    if size < 1024:
        return 1024
    exponent = size.bit_length() - 1
    unit = 1 << (exponent - exponent.bit_length())
    return -(-size // unit) * unit


def check_attachments(vector):
    for case in vector["cases"]:
        plain = bytes(7 * place & 255 for place in range(case["size"]))
        plain += bytes(bucket(len(plain)) - len(plain))
        chunks = [plain[at:at + 65536] for at in range(0, len(plain), 65536)]
        cipher = ChaCha20Poly1305(raw(case["key"]))
        sealed = b""
        for number, chunk in enumerate(chunks):
            nonce = number.to_bytes(11, "big") + bytes([number == len(chunks) - 1])
            sealed += cipher.encrypt(nonce, chunk, b"")
        assert len(sealed) == case["sealedSize"]
        assert hashlib.sha256(sealed).digest() == raw(case["digest"])
        assert sealed[:32] == raw(case["sealedStart"]) and sealed[-32:] == raw(case["sealedEnd"])
    return len(vector["cases"])


# content.md ------------------------------------------------------------------------------------------------------


def decoded(data, at=0):
    """The CBOR value at `at`, and where it ends. Definite lengths and shortest heads only."""
    kind, more = data[at] >> 5, data[at] & 31
    at += 1
    number = more
    if more >= 24:
        size = 1 << more - 24
        number = int.from_bytes(data[at:at + size], "big")
        assert more <= 27 and number >= (24 if size == 1 else 1 << 4 * size)
        at += size
    if kind == 0:
        return number, at
    if kind in (2, 3):
        part = data[at:at + number]
        assert len(part) == number
        return (part if kind == 2 else part.decode()), at + number
    if kind == 4:
        items = []
        for _ in range(number):
            item, at = decoded(data, at)
            items.append(item)
        return items, at
    assert kind == 5
    fields = {}
    for _ in range(number):
        key, at = decoded(data, at)
        assert isinstance(key, str) and key not in fields
        fields[key], at = decoded(data, at)
    return fields, at


def check_pointer(pointer):
    assert 1 <= len(pointer["media"]) <= 128 and len(pointer["key"]) == 32 and len(pointer["digest"]) == 32
    assert 0 <= pointer["size"] <= 1 << 31
    preview = pointer.get("preview")
    if preview is not None:
        assert 1 <= len(preview["thumbHash"]) <= 64 and 1 <= len(preview["thumbnail"]) <= 32768
        assert 1 <= preview["width"] <= 65535 and 1 <= preview["height"] <= 65535
        assert 1 <= len(preview["thumbnailType"]) <= 127


def shown(value):
    """A decoded value as the vectors write it."""
    if isinstance(value, dict):
        return {key: shown(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shown(inner) for inner in value]
    return value.hex() if isinstance(value, bytes) else value


def check_content(vector):
    for case in vector["cases"]:
        content, end = decoded(raw(case["bytes"]))
        assert end == len(raw(case["bytes"])) and shown(content) == case["fields"]
        assert content["v"] == 1 and len(content["id"]) == 16
        needed = {"text": "text", "file": "file", "delete": "target", "sticker": "sticker"}
        assert needed[content["type"]] in content
        assert 5 <= content.get("expiresIn", 5) <= 2419200
        assert len(content.get("deleteCapability", "x" * 43)) == 43
        if "file" in content:
            check_pointer(content["file"])
        if "sticker" in content:
            sticker = content["sticker"]
            check_pointer(sticker["pack"])
            check_pointer(sticker["file"])
            assert 0 <= sticker["index"] < 200 and 1 <= len(sticker["emoji"]) <= 32
            assert sticker["file"]["size"] <= 300 * 1024
    pack, end = decoded(raw(vector["pack"]["bytes"]))
    assert end == len(raw(vector["pack"]["bytes"])) and shown(pack) == vector["pack"]["fields"]
    assert pack["v"] == 1 and 1 <= len(pack["title"]) <= 128 and 1 <= len(pack["stickers"]) <= 200
    for sticker in pack["stickers"]:
        check_pointer(sticker["file"])
    scheme, text = vector["pack"]["link"].split(":")
    pointer, _ = decoded(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    assert scheme == "sotto-stickers" and shown(pointer) == vector["pack"]["pointer"]
    check_pointer(pointer)
    return len(vector["cases"]) + 1


# recovery.md -----------------------------------------------------------------------------------------------------


def check_recovery(vector):
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    for case in vector["cases"]:
        key = raw(case["key"])
        checked = key + hashlib.sha256(b"Sotto recovery key v1\0" + key).digest()[:3]
        number = int.from_bytes(checked, "big")
        text = "".join(letters[number >> 5 * (55 - place) & 31] for place in range(56))
        assert text == case["text"].replace(" ", "")
        secret = keyed(bytes(32), key)
        identifier = expand(secret, b"Sotto backup id v1", 16)
        token = expand(secret, b"Sotto backup token v1", 32)
        assert identifier == raw(case["id"])
        assert base64.urlsafe_b64encode(token).rstrip(b"=").decode() == case["token"]
        assert hashlib.sha256(token).digest() == raw(case["tokenHash"])
        blob = raw(case["blob"])
        assert blob[0] == 1
        seal = expand(keyed(blob[1:33], key), b"Sotto backup seal v1", 32)
        bound = b"Sotto backup v1\0" + identifier + blob[:33]
        assert unpad(ChaCha20Poly1305(seal).decrypt(bytes(12), blob[33:], bound)) == raw(case["content"])
    return len(vector["cases"])


# transparency.md -------------------------------------------------------------------------------------------------


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def split_at(count):
    return 1 << (count - 1).bit_length() - 1


def tree(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    at = split_at(len(leaves))
    return node(tree(leaves[:at]), tree(leaves[at:]))


def inclusion(index, leaves):
    if len(leaves) == 1:
        return b""
    at = split_at(len(leaves))
    if index < at:
        return inclusion(index, leaves[:at]) + tree(leaves[at:])
    return inclusion(index - at, leaves[at:]) + tree(leaves[:at])


def consistency(earlier, leaves, is_whole=True):
    if earlier == len(leaves):
        return b"" if is_whole else tree(leaves)
    at = split_at(len(leaves))
    if earlier <= at:
        return consistency(earlier, leaves[:at], is_whole) + tree(leaves[at:])
    return consistency(earlier - at, leaves[at:], False) + tree(leaves[:at])


def check_transparency(vector):
    leaves = []
    for row in vector["entries"]:
        whole = raw(row["list"])
        name = hashlib.sha256(b"Sotto log account v1\0" + raw(row["account"])).digest()
        entry = bytes([1, row["kind"]]) + name + whole[81:89] + hashlib.sha256(whole).digest()
        assert entry == raw(row["entry"])
        leaves.append(hashlib.sha256(b"\0" + entry).digest())
        assert leaves[-1] == raw(row["leaf"])
    for size, root in enumerate(vector["roots"]):
        assert tree(leaves[:size]) == raw(root)
    for proof in vector["inclusion"]:
        assert inclusion(proof["index"], leaves[:proof["size"]]) == raw(proof["hashes"])
    for proof in vector["consistency"]:
        assert consistency(proof["from"], leaves[:proof["to"]]) == raw(proof["hashes"])
    server = Ed25519PrivateKey.from_private_bytes(raw(vector["serverPrivate"])).public_key().public_bytes_raw()
    assert server == raw(vector["serverKey"])
    head = vector["head"]
    assert hashlib.sha256(server).digest() == raw(head["log"]) and tree(leaves) == raw(head["root"])
    content = b"\x01" + raw(head["log"]) + struct.pack(">Q", head["treeSize"]) + raw(head["root"])
    signed(server, "Sotto tree head v1", content + struct.pack(">Q", head["time"]), raw(head["signature"]))
    cosignature = vector["cosignature"]
    signed(raw(vector["witnessKey"]), "Sotto tree head cosignature v1",
           content + struct.pack(">Q", cosignature["time"]), raw(cosignature["signature"]))
    return len(leaves) + len(vector["roots"]) + len(vector["inclusion"]) + len(vector["consistency"]) + 2


# sealed-sender.md ------------------------------------------------------------------------------------------------


def hpke_open(private, sealed, info):
    """RFC 9180, base mode, X25519 with HKDF-SHA256, HKDF-SHA256, ChaCha20-Poly1305; one message, no additional data."""
    def extract(suite, salt, label, data):
        return keyed(salt or bytes(32), b"HPKE-v1" + suite + label + data)

    def derive(suite, secret, label, context, size):
        return expand(secret, struct.pack(">H", size) + b"HPKE-v1" + suite + label + context, size)

    ephemeral, kem, suite = sealed[:32], b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x03"
    agreed = extract(kem, b"", b"eae_prk", agree(private, ephemeral))
    shared = derive(kem, agreed, b"shared_secret", ephemeral + public_of(private), 32)
    context = b"\0" + extract(suite, b"", b"psk_id_hash", b"") + extract(suite, b"", b"info_hash", info)
    secret = extract(suite, shared, b"secret", b"")
    key, nonce = derive(suite, secret, b"key", context, 32), derive(suite, secret, b"base_nonce", context, 12)
    return ChaCha20Poly1305(key).decrypt(nonce, sealed[32:], b"")


def hpke_ephemeral(randomness):
    """DeriveKeyPair of DHKEM(X25519, HKDF-SHA256)."""
    secret = keyed(bytes(32), b"HPKE-v1KEM\x00\x20dkp_prk" + randomness)
    return expand(secret, b"\x00\x20HPKE-v1KEM\x00\x20sk", 32)


def check_sealed_sender(vector):
    sender, recipient = vector["sender"], vector["recipient"]
    server = raw(vector["serverKey"])
    content = b"\x01" + raw(sender["account"]) + struct.pack(">IH", sender["device"], vector["senderRegistration"])
    content += raw(sender["accountIdentity"]) + raw(sender["deviceIdentity"]) + struct.pack(">Q", vector["expires"])
    content += hashlib.sha256(server).digest()[:8]
    certificate = raw(vector["certificate"])
    assert certificate[:-64] == content
    signed(server, "Sotto sender certificate v1", content, certificate[-64:])
    name = raw(recipient["account"]) + struct.pack(">IH", recipient["device"], vector["recipientRegistration"])
    kinds = ["message", "handshake", "sync", "receipt", "call", "control"]
    own = raw(recipient["deviceIdentityPrivate"])[32:]
    for case in vector["cases"]:
        body = raw(case["body"])
        assert body[0] == 1
        assert body[1:33] == public_of(hpke_ephemeral(raw(case["hpkeRandomness"])))
        contents = unpad(hpke_open(own, body[1:], b"Sotto sealed sender v1\0" + name))
        head = b"\x01" + bytes([kinds.index(case["kind"])]) + certificate + raw(case["attribution"])
        message = raw(case["message"])
        shared = keyed(bytes(32), agree(own, raw(sender["deviceIdentity"])[32:]))
        key = expand(shared, b"Sotto sealed sender v1 authentication\0" + name, 32)
        assert contents == head + keyed(key, head + message) + message
    return 1 + len(vector["cases"])


# franking.md -----------------------------------------------------------------------------------------------------


def check_franking(vector):
    sender = raw(vector["account"]) + struct.pack(">I", vector["device"])
    key = keyed(raw(vector["attributionSecret"]),
                b"Sotto attribution v1\0" + sender + struct.pack(">Q", vector["expires"]))
    assert key == raw(vector["attributionKey"])
    for case in vector["cases"]:
        commitment = keyed(raw(case["key"]), b"Sotto franking v1\0" + sender + raw(case["content"]))
        assert commitment == raw(case["commitment"])
        end = raw(vector["recipient"]) + struct.pack(">QQ", case["time"], case["id"])
        for name, shown in (("tag", sender), ("sealedTag", bytes(20))):
            stamp = b"Sotto franking tag v1\0" + commitment + shown + end
            assert keyed(raw(vector["tagKey"]), stamp) == raw(case[name])
        assert keyed(key, commitment) == raw(case["attribution"])
    return 3 * len(vector["cases"]) + 1


# keys.md, "What verifiers refuse" --------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
BASE = (15112221349535400772501151409588531511454012693041857206046113283949847762202, 4 * pow(5, -1, P) % P)


def added(one, other):
    """On edwards25519 (RFC 8032, section 5.1.4), affine."""
    (x1, y1), (x2, y2) = one, other
    cross = D * x1 * x2 * y1 * y2
    return ((x1 * y2 + x2 * y1) * pow(1 + cross, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - cross, -1, P) % P)


def times(number, point):
    sum_ = (0, 1)
    while number:
        if number & 1:
            sum_ = added(sum_, point)
        point, number = added(point, point), number >> 1
    return sum_


def point(encoded):
    """The point that a lenient reader takes the bytes for: y modulo p, and either sign for an x of 0."""
    y = int.from_bytes(encoded, "little") & 2**255 - 1
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    assert x * x % P == square
    return (P - x if x & 1 != encoded[31] >> 7 else x) % P, y % P


def encoding(where):
    return (where[1] | (where[0] & 1) << 255).to_bytes(32, "little")


def leniently(key, message, signature):
    """Whether the equation holds, with every number taken as what it is modulo p and L."""
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    left = times(int.from_bytes(signature[32:], "little") % ORDER, BASE)
    return left == added(point(signature[:32]), times(k, point(key)))


def refusal(key, signature):
    """Why the page refuses it before any equation."""
    if int.from_bytes(signature[32:], "little") >= ORDER:
        return "S"
    if times(8, point(key)) == (0, 1) or encoding(point(key)) != key:
        return "key"
    return "R" if times(8, point(signature[:32])) == (0, 1) else None


def ladder(private, public):
    """X25519 (RFC 7748, section 5); all zeros for a point of small order."""
    scalar = int.from_bytes(private, "little") & ~7 & 2**254 - 1 | 2**254
    u = int.from_bytes(public, "little") & 2**255 - 1
    x2, z2, x3, z3 = 1, 0, u, 1
    for bit in reversed(range(255)):
        if scalar >> bit & 1:
            x2, z2, x3, z3 = x3, z3, x2, z2
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        x3, z3 = (d * a + c * b) ** 2 % P, u * (d * a - c * b) ** 2 % P
        x2, z2 = a * a * b * b % P, (a * a - b * b) * (a * a + 121665 * (a * a - b * b)) % P
        if scalar >> bit & 1:
            x2, z2, x3, z3 = x3, z3, x2, z2
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


def check_refusals(vector):
    keys, reasons = set(), []
    for case in vector["lists"]:
        whole = raw(case["bytes"])
        key, message, signature = whole[17:49], b"Sotto device list v1\0" + whole[:-64], whole[-64:]
        reason = refusal(key, signature)
        assert ("accept" if reason is None else "refuse") == case["answer"], case["what"]
        # Bits beyond S make another number of it; all the others hold for who does not look.
        assert leniently(key, message, signature) != case["what"].startswith("S with bit"), case["what"]
        reasons.append(reason)
        if reason == "key":
            keys.add(key)
    # Every encoding there is: of all y below 2^255, those whose point has an order of 8 or less.
    eighth = [y for y in {point(key)[1] for key in keys} if y not in (0, 1, P - 1)]
    assert len(eighth) == 2 and sum(eighth) == P
    every = {(y | sign << 255).to_bytes(32, "little")
             for y in [0, 1, P - 1, P, P + 1, *eighth] for sign in (0, 1)}
    assert keys == every and len({point(key) for key in keys}) == 8
    assert [reasons.count(reason) for reason in ("key", "S", "R", None)] == [14, 6, 1, 1]
    for case in vector["agreements"]:
        private, public = raw(case["private"]), raw(case["public"])
        shared = ladder(private, public)
        assert (case["answer"] == "refuse") == (shared == bytes(32)), case["what"]
        if case["answer"] == "accept":
            assert shared == agree(private, public)
    assert len({case["public"] for case in vector["agreements"]}) == 15
    return len(vector["lists"]) + len(vector["agreements"])


checks = {
    "attachments": check_attachments, "content": check_content, "franking": check_franking,
    "sealed-sender": check_sealed_sender,
    "identities": check_identities, "ratchet": check_session, "recovery": check_recovery,
    "refusals": check_refusals, "safety-numbers": check_safety_numbers, "session-last-resort": check_session,
    "session-none": check_session, "session-one-time": check_session, "transparency": check_transparency,
}
folder = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "vectors"
files = sorted(folder.glob("*.json"))
if [file.stem for file in files] != sorted(checks):
    sys.exit(f"{folder} holds {[file.stem for file in files]}, and this script knows {sorted(checks)}")
for file in files:
    print(f"{file.name}: {checks[file.stem](json.loads(file.read_text()))} checked")
