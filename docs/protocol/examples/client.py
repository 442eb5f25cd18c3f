#!/usr/bin/env python3
"""A client for a Sotto server, as docs/protocol describes it.

Registers two accounts with real keys and signatures, logs one of them in again, claims keys, sends a body and
fetches it, refreshes tokens, links a second device, and posts to an open conversation while the other listens on a
socket. The bodies are opaque bytes here: what a client seals into them is docs/protocol/session.md.

    pip install cryptography websockets
    python3 docs/protocol/examples/client.py http://127.0.0.1:7420
"""

import asyncio
import base64
import json
import os
import secrets
import struct
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime, timezone

import websockets
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

SERVER = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:7420"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Refused(Exception):
    def __init__(self, problem):
        super().__init__(f"{problem['status']} {problem['code']}: {problem['detail']}")
        self.problem = problem


def call(method, path, body=None, token=None, headers=None):
    """One request; gives the parsed body, or raises what the server refused with."""
    fields = {"Content-Type": "application/json", **(headers or {})}
    if token:
        fields["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(SERVER + path, data=data, method=method, headers=fields)
    try:
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
            return json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        raise Refused(json.load(error)) from None


class Identity:
    """Two keys: one that signs, one that agrees (keys.md)."""

    def __init__(self):
        self.signing = Ed25519PrivateKey.generate()
        self.agreement = X25519PrivateKey.generate()

    @property
    def public(self):
        return self.signing.public_key().public_bytes_raw() + self.agreement.public_key().public_bytes_raw()

    @property
    def payload(self):
        return {"signingKey": b64(self.public[:32]), "agreementKey": b64(self.public[32:])}

    def sign(self, context, content):
        return self.signing.sign(context.encode() + b"\0" + content)


class Device:
    def __init__(self, number):
        self.number = number
        self.registration = secrets.randbelow(16_383) + 1
        self.identity = Identity()

    @property
    def payload(self):
        return {"device": self.number, "registrationId": self.registration, "identity": self.identity.payload}

    def pre_keys(self, count):
        """What a device uploads first (prekeys.md). The private halves would be kept; here nothing is opened."""
        now = int(time.time() * 1000)
        created = datetime.fromtimestamp(now / 1000, timezone.utc).isoformat(timespec="milliseconds")
        signed = X25519PrivateKey.generate().public_key().public_bytes_raw()
        kem = MLKEM768PrivateKey.generate().public_key().public_bytes_raw()
        return {
            "signedPreKey": {
                "id": 1,
                "key": b64(signed),
                "createdAt": created.replace("+00:00", "Z"),
                "signature": b64(self.identity.sign("Sotto signed prekey v1", struct.pack(">IQ", 1, now) + signed)),
            },
            "oneTimePreKeys": [
                {"id": 2 + index, "key": b64(X25519PrivateKey.generate().public_key().public_bytes_raw())}
                for index in range(count)
            ],
            "kemLastResortPreKey": {
                "id": 1,
                "key": b64(kem),
                "signature": b64(self.identity.sign("Sotto KEM last-resort prekey v1", struct.pack(">I", 1) + kem)),
            },
        }


def new_id(shard):
    """Sixteen bytes: the server's shard in the first twelve bits, the rest random (accounts.md)."""
    return struct.pack(">H", shard << 4 | secrets.randbits(4)) + os.urandom(14)


class Account:
    def __init__(self, handle, shard):
        self.handle = handle
        self.id = new_id(shard)
        self.identity = Identity()
        self.devices = [Device(1)]

    def device_list(self, epoch):
        """The list as it travels, signed over its canonical bytes (keys.md)."""
        content = b"\1" + self.id + self.identity.public + struct.pack(">QB", epoch, len(self.devices))
        for device in self.devices:
            content += struct.pack(">IH", device.number, device.registration) + device.identity.public
        return {
            "epoch": epoch,
            "devices": [device.payload for device in self.devices],
            "signature": b64(self.identity.sign("Sotto device list v1", content)),
        }

    def register(self):
        registered = call("POST", "/v1/accounts", {
            "handle": self.handle,
            "account": b64(self.id),
            "identity": self.identity.payload,
            "deviceList": self.device_list(epoch=1),
            "preKeys": self.devices[0].pre_keys(count=10),
        })
        self.token = registered["tokens"]["accessToken"]
        self.refresh_token = registered["tokens"]["refreshToken"]

    def log_in(self, device):
        """A signature over a challenge and the server's own name (accounts.md)."""
        name = call("GET", "/.well-known/sotto")["serverName"]
        who = {"account": b64(self.id), "device": device.number}
        challenge = call("POST", "/v1/auth/challenge", who)["challenge"]
        content = struct.pack(">H", len(name.encode())) + name.encode() + unb64(challenge)
        content += self.id + struct.pack(">I", device.number)
        signature = device.identity.sign("Sotto login v1", content)
        return call("POST", "/v1/auth/token", {"signed": {**who, "challenge": challenge, "signature": b64(signature)}})

    def refresh(self):
        pair = call("POST", "/v1/auth/token", {"refreshToken": self.refresh_token})
        self.token, self.refresh_token = pair["accessToken"], pair["refreshToken"]

    def link(self, device):
        """Publishes the next list, with the new device and its keys."""
        self.devices.append(device)
        change = {"deviceList": self.device_list(epoch=len(self.devices)), "preKeys": device.pre_keys(count=5)}
        return call("PUT", "/v1/devices", change, self.token)


def copies(devices, body):
    return [{"device": d["device"], "registrationId": d["registrationId"], "body": b64(body)} for d in devices]


async def socket_of(token, last_frame):
    """Opens a socket, prints what comes, acknowledges envelopes; returns after a frame of the kind awaited."""
    address = SERVER.replace("http", "ws", 1) + "/v1/ws"
    headers = {"Authorization": f"Bearer {token}"}
    async with websockets.connect(address, subprotocols=["sotto.v1+json"], additional_headers=headers) as socket:
        async for text in socket:
            frame = json.loads(text)
            print("  socket:", text[:150])
            if frame["t"] == "envelope" and "number" in frame:
                await socket.send(json.dumps({"t": "delivered", "through": frame["number"]}))
            if frame["t"] == "queueEmpty":
                yield "ready"
            if frame["t"] == last_frame:
                return


async def main():
    suffix = secrets.token_hex(3)
    shard = call("GET", "/.well-known/sotto")["shard"]
    alice, bob = Account(f"alice-{suffix}", shard), Account(f"bob-{suffix}", shard)
    alice.register()
    bob.register()
    print("registered", alice.handle, "and", bob.handle)

    bob.token = bob.log_in(bob.devices[0])["accessToken"]
    alice.refresh()
    print("logged in with a signature, and refreshed")

    found = call("GET", f"/v1/handles/{bob.handle}", token=alice.token)["account"]
    once = {"Idempotency-Key": b64(os.urandom(16))}
    claimed = call("POST", f"/v1/keys/{found}/claims", token=alice.token, headers=once)
    bundle = claimed["bundles"][0]
    print("claimed a bundle; one-time prekey", bundle["oneTimePreKey"]["id"])

    body = os.urandom(256)
    send = {"clientId": b64(os.urandom(16)), "copies": copies([bundle], body)}
    first = call("POST", f"/v1/messages/{found}", send, alice.token)
    again = call("POST", f"/v1/messages/{found}", send, alice.token)
    assert first["id"] == again["id"] and again["replay"], "a retry hears the same"
    print("sent once, asked twice:", first["id"], again["id"])

    page = call("GET", "/v1/messages", token=bob.token)
    assert [unb64(item["body"]) for item in page["items"]] == [body]
    call("POST", "/v1/messages/delivered", {"through": page["items"][-1]["number"]}, bob.token)
    assert call("GET", "/v1/messages", token=bob.token)["items"] == []
    print("fetched, acknowledged, gone")

    bob.link(Device(2))
    send["clientId"] = b64(os.urandom(16))
    try:
        call("POST", f"/v1/messages/{found}", send, alice.token)
    except Refused as refused:
        assert refused.problem["devices"]["missing"] == [2]
        print("a new device of Bob:", refused)
    send["copies"] = copies(call("GET", f"/v1/accounts/{found}", token=alice.token)["deviceList"]["devices"], body)
    call("POST", f"/v1/messages/{found}", send, alice.token)

    open_room = {"kind": "group", "mode": "open", "name": "Lunch", "members": [found]}
    room = call("POST", "/v1/conversations", open_room, alice.token)["conversation"]
    async for _ in socket_of(bob.token, last_frame="event"):
        post = {"clientId": b64(os.urandom(16)), "text": "Twelve o'clock?"}
        accepted = call("POST", f"/v1/conversations/{room}/messages", post, alice.token)
        print("posted; seq", accepted["seq"])
    log = call("GET", f"/v1/conversations/{room}/messages", token=bob.token)
    print("log:", [(entry["seq"], entry["event"]["type"]) for entry in log["items"]])


if __name__ == "__main__":
    asyncio.run(main())
