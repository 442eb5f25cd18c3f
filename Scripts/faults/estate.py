"""A small server with some of everything in it, and every question that a client or its operator can ask about it."""

import hashlib
import hmac
import json
import os
import struct
import time
import zlib

import websockets.sync.client
from websockets.exceptions import WebSocketException

from house import OFFSETS, TUS, Wire, b64, example_on, metadata, sha256, unb64


def png(side, seed):
    """An image of noise in a few colours."""
    rows = b"".join(b"\0" + bytes((x * y * seed >> 3) & 255 for x in range(side) for _ in range(3))
                    for y in range(side))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


class Estate:
    """Made once; what is asked later is asked of copies of its folder."""

    def __init__(self, server):
        self.wire, self.admin = Wire(server.port), Wire(server.admin)
        self.example = example_on(self.wire)
        self.people = {}
        self.shard = self.call("GET", "/.well-known/sotto")["shard"]
        for name in ("alice", "bobby", "carol", "david", "erica"):
            self.people[name] = self.example.Account(name, self.shard)
            self.people[name].register()
        self.second = self.example.Device(2)
        self.people["alice"].link(self.second)
        self.second_tokens = self.people["alice"].log_in(self.second)
        self.media, self.sent = {}, {}
        self.keys()
        self.messages()
        self.conversations()
        self.files()
        self.settings()
        self.call("DELETE", f"/v1/media/{self.media['deleted'][0]}", who="alice")
        self.delete_account("erica")

    def call(self, method, path, body=None, who=None, headers=None, wire=None):
        token = self.people[who].token if who else None
        answer = (wire or self.wire).ask(method, path, body, token, headers)
        if answer.status >= 400:
            raise AssertionError(f"{method} {path}: {answer.status} {answer.body[:300]}")
        return answer.json if "json" in (answer.headers.get("Content-Type") or "") else answer

    def id(self, name):
        return b64(self.people[name].id)

    # What it is made of

    def keys(self):
        device = self.people["bobby"].devices[0]
        more = device.pre_keys(count=0)
        kem = []
        for number in range(2, 6):
            key = unb64(more["kemLastResortPreKey"]["key"])
            kem.append({"id": number, "key": b64(key), "signature": b64(device.identity.sign(
                "Sotto KEM one-time prekey v1", struct.pack(">I", number) + key))})
        self.call("PUT", "/v1/keys", {"kemOneTimePreKeys": kem}, "bobby")
        for who, target in (("alice", "bobby"), ("carol", "bobby"), ("bobby", "alice")):
            self.call("POST", f"/v1/keys/{self.id(target)}/claims", who=who,
                      headers={"Idempotency-Key": f"claim-{who}"})

    def send(self, name, who, target, **more):
        devices = self.call("GET", f"/v1/accounts/{self.id(target)}", who=who)["deviceList"]["devices"]
        body = {"clientId": b64(os.urandom(16)), **more,
                "copies": self.example.copies(devices, os.urandom(60 + len(self.sent) * 40))}
        answer = self.call("POST", f"/v1/messages/{self.id(target)}", body, who)
        self.sent[name] = (f"/v1/messages/{self.id(target)}", body, who)
        return answer

    def messages(self):
        dm = {"kind": "dm", "mode": "sealed", "members": [self.id("bobby")]}
        self.call("POST", "/v1/conversations", dm, "alice")
        for number in range(24):
            self.send(f"to bobby {number}", ("alice", "carol")[number % 2], "bobby")
        for number in range(6):
            self.send(f"to carol {number}", "alice", "carol")
            self.send(f"to alice {number}", "david", "alice")
        self.call("POST", "/v1/messages/delivered", {"through": 3}, "carol")
        self.call("POST", "/v1/messages/delivered", {"through": 2}, "bobby")
        token = os.urandom(32)
        self.delivery = {"Delivery-Token": b64(token)}
        self.call("PUT", "/v1/delivery-token", {"hash": b64(hashlib.sha256(token).digest())}, "bobby")
        device = self.people["bobby"].devices[0].payload
        self.sealed = {"clientId": b64(os.urandom(16)), "copies": self.example.copies([device], os.urandom(500))}
        self.call("POST", f"/v1/sealed/messages/{self.id('bobby')}", self.sealed, headers=self.delivery, wire=self.wire)
        self.report()

    def report(self):
        key, content = os.urandom(32), b"what was said and is reported"
        sender = self.people["alice"].id + struct.pack(">I", 1)
        commitment = hmac.new(key, b"Sotto franking v1\0" + sender + content, hashlib.sha256).digest()
        self.send("reported", "alice", "carol", commitment=b64(commitment))
        envelope = self.call("GET", "/v1/messages?after=0&limit=200", who="carol")["items"][-1]
        fields = ("id", "time", "sender", "commitment", "frankingTag")
        self.reported = {**{name: envelope[name] for name in fields},
                         "frankingKey": b64(key), "content": b64(content)}
        self.call("POST", "/v1/reports", self.reported, "carol")

    def post(self, name, room, who, **body):
        body = {"clientId": b64(os.urandom(16)), **body}
        answer = self.call("POST", f"/v1/conversations/{room}/messages", body, who)
        self.sent[name] = (f"/v1/conversations/{room}/messages", body, who)
        return answer

    def conversations(self):
        def make(who, **fields):
            return self.call("POST", "/v1/conversations", fields, who)["conversation"]
        self.room = make("alice", kind="group", mode="open", name="Lunch",
                         members=[self.id(name) for name in ("bobby", "carol", "david", "erica")])
        self.sealed_room = make("bobby", kind="group", mode="sealed", sealedName=b64(os.urandom(40)),
                                members=[self.id("alice"), self.id("carol")])
        self.channel = make("carol", kind="channel", mode="open", name="News", members=[self.id("alice")])
        for number in range(40):
            who = ("alice", "bobby", "carol")[number % 3]
            self.post(f"post {number}", self.room, who, text=f"line {number} " * (number % 7 + 1))
        for number in range(8):
            self.post(f"sealed post {number}", self.sealed_room, ("alice", "bobby")[number % 2],
                      body=b64(os.urandom(200)))
            self.post(f"news {number}", self.channel, "carol", text=f"news {number}", expiresIn=31_536_000)
        self.call("DELETE", f"/v1/conversations/{self.room}/messages/5", who="alice")
        self.call("PATCH", f"/v1/conversations/{self.room}/members/{self.id('bobby')}", {"role": "admin"}, "alice")
        self.call("DELETE", f"/v1/conversations/{self.room}/members/{self.id('david')}", who="alice")
        self.call("PUT", f"/v1/conversations/{self.room}/checkpoint", {"seq": 11}, "carol")

    def create(self, name, data, who="alice", filled=None, **pairs):
        headers = {**TUS, "Upload-Length": str(len(data)), "Upload-Metadata": metadata(**pairs)}
        answer = self.wire.ask("POST", "/v1/media/uploads", None, self.people[who].token, headers)
        assert answer.status == 201, answer.body
        location = answer.headers["Location"]
        patch = self.wire.ask("PATCH", location, data[:filled], headers={**OFFSETS, "Upload-Offset": "0"})
        assert patch.status == 204, patch.body
        self.media[name] = (answer.headers["Sotto-Media"], location, data, answer.headers["Sotto-Delete-Capability"])
        return answer.headers["Sotto-Media"]

    def sealed_file(self, name, byte_count, **more):
        data = os.urandom(byte_count)
        return self.create(name, data, **{"class": "sealed", "sha256": sha256(data)}, **more)

    def files(self):
        self.sealed_file("sealed", 70_000)
        leased = self.sealed_file("leased", 3_000, lifetime="long")
        self.lease = {"lease": b64(os.urandom(32)), "seconds": 3_000_000}
        self.call("PUT", f"/v1/media/{leased}/lease", self.lease, "bobby")
        self.sealed_file("pinned", 5_000, lifetime="pinned")
        self.sealed_file("under way", 90_000, filled=20_000)
        self.sealed_file("deleted", 2_000)
        shown = self.create("shown", png(64, 3), **{"class": "open", "conversation": self.room})
        image = self.create("image", png(48, 5), **{"class": "open", "conversation": self.room})
        avatar = self.create("avatar", png(96, 7), **{"class": "open", "use": "avatar"})
        emoji = self.create("emoji", png(32, 11), who="bobby", **{"class": "open", "use": "emoji"})
        for media, who in ((shown, "alice"), (image, "alice"), (avatar, "alice"), (emoji, "bobby")):
            self.await_ready(media, who)
        self.post("with media", self.room, "alice", text="look", media=[shown])
        self.call("PUT", f"/v1/conversations/{self.room}/image", {"media": image}, "alice")
        self.call("PUT", "/v1/accounts/me/avatar", {"media": avatar}, "alice")
        self.call("PUT", "/v1/emoji/parrot", {"media": emoji}, "bobby")

    def await_ready(self, media, who):
        for _ in range(200):
            info = self.call("GET", f"/v1/media/{media}/info", who=who)
            if info["state"] == "ready":
                return
            if info["state"] == "failed":
                break
            time.sleep(0.05)
        raise AssertionError(f"no picture was made: {info}; is sotto-media beside sottod?")

    def settings(self):
        self.backup_token, self.backup = os.urandom(32), os.urandom(16)
        self.call("PUT", "/v1/backup", {
            "id": b64(self.backup), "tokenHash": b64(hashlib.sha256(self.backup_token).digest()),
            "blob": b64(b"\1" + os.urandom(32 + 1024 + 16))}, "alice", headers={"If-None-Match": "*"})
        self.invite = self.call("POST", "/admin/v1/invites", {"uses": 5, "days": 14}, wire=self.admin)["code"]

    def delete_account(self, name):
        account = self.people[name]
        server_name = self.call("GET", "/.well-known/sotto")["serverName"]
        challenge = self.call("POST", "/v1/auth/challenge", {"account": self.id(name), "device": 1})["challenge"]
        content = struct.pack(">H", len(server_name)) + server_name.encode() + unb64(challenge)
        content += account.id + struct.pack(">I", 1)
        signature = account.identity.sign("Sotto account deletion v1", content)
        self.call("DELETE", "/v1/accounts/me", {"challenge": challenge, "signature": b64(signature)}, name)
        time.sleep(0.5)


class Questions:
    """All that can be asked, always in the same order; what changes something comes last."""

    def __init__(self, estate, server):
        self.estate, self.server = estate, server
        self.wire, self.admin = Wire(server.port), Wire(server.admin)
        self.answers = {}
        self.tokens = {}

    def ask(self, method, path, who=None, body=None, headers=None, wire=None, name=None):
        try:
            answer = (wire or self.wire).ask(method, path, body, self.tokens.get(who), headers, timeout=8)
        except ConnectionError as error:
            self.answers[name or f"{method} {path} of {who}"] = (599, str(error), None)
            return None
        is_text = "json" in (answer.headers.get("Content-Type") or "")
        content = answer.json if is_text else sha256(answer.body)
        kept = {field: answer.headers[field] for field in ("ETag", "Upload-Offset", "Upload-Length", "Content-Type")
                if field in answer.headers and not (field == "ETag" and is_text)}
        self.answers[name or f"{method} {path} of {who}"] = (answer.status, content, kept)
        return answer

    def all(self):
        people = [name for name in self.estate.people if name != "erica"]
        self.log_in(people)
        self.public(people)
        for name in people:
            self.private(name)
        self.files()
        self.operator()
        for name in [*people, "alice on her second device"]:
            self.socket(name)
        self.changes(people)
        return self.answers

    def log_in(self, people):
        pairs = {name: self.estate.people[name].refresh_token for name in people}
        pairs["alice on her second device"] = self.estate.second_tokens["refreshToken"]
        for name, token in pairs.items():
            answer = self.ask("POST", "/v1/auth/token", body={"refreshToken": token}, name=f"refresh of {name}")
            if answer is not None and answer.status == 200:
                self.tokens[name] = answer.json["accessToken"]

    def public(self, people):
        for path in ("/.well-known/sotto", "/v1/capabilities", "/v1/transparency/head",
                     "/v1/transparency/entries?from=0&limit=1000", "/v1/transparency/consistency?from=2&to=6",
                     "/v1/transparency/inclusion?index=1&size=6"):
            self.ask("GET", path)
        for name in self.estate.people:
            self.ask("GET", f"/v1/handles/{name}", "david")
            self.ask("GET", f"/v1/accounts/{self.estate.id(name)}", "bobby")
            self.ask("GET", f"/v1/accounts/{self.estate.id(name)}/transparency", "bobby")
        self.ask("GET", f"/v1/sealed/accounts/{self.estate.id('bobby')}", headers=self.estate.delivery)
        self.ask("GET", f"/v1/accounts/{self.estate.id('alice')}/avatar", "bobby")
        self.ask("GET", f"/v1/backups/{b64(self.estate.backup)}",
                 headers={"Backup-Token": b64(self.estate.backup_token)})

    def private(self, name):
        for path in ("/v1/devices", "/v1/keys", "/v1/delivery-token", "/v1/backup", "/v1/conversations",
                     "/v1/media/usage", "/v1/emoji", "/v1/emoji/parrot/image", "/v1/accounts/me",
                     "/v1/messages?after=0&limit=200", "/v1/accounts/me/transparency"):
            self.ask("GET", path, name)
        for room in (self.estate.room, self.estate.sealed_room, self.estate.channel):
            self.ask("GET", f"/v1/conversations/{room}", name)
            self.ask("GET", f"/v1/conversations/{room}/members", name)
            self.ask("GET", f"/v1/conversations/{room}/messages?after=0&limit=200", name)
        if name == "alice":
            self.ask("GET", "/v1/messages?after=0&limit=200", "alice on her second device")

    def files(self):
        for name, (media, location, data, _) in self.estate.media.items():
            for who in ("alice", "bobby"):
                self.ask("GET", f"/v1/media/{media}/info", who)
                self.ask("GET", f"/v1/media/{media}", who)
            self.ask("HEAD", location, headers=TUS, name=f"where {name} stands")
        for name in ("shown", "image", "avatar"):
            self.ask("GET", f"/v1/media/{self.estate.media[name][0]}/thumbnail", "bobby")

    def operator(self):
        for path in ("/admin/v1/reports", "/admin/v1/emoji", "/readyz"):
            self.ask("GET", path, wire=self.admin)

    def socket(self, name):
        """The whole queue as it comes."""
        frames = []
        try:
            with websockets.sync.client.connect(
                    f"ws://127.0.0.1:{self.server.port}/v1/ws", subprotocols=["sotto.v1+json"], compression=None,
                    additional_headers={"Authorization": f"Bearer {self.tokens.get(name)}"}, open_timeout=5) as socket:
                while not frames or frames[-1]["t"] != "queueEmpty":
                    frames.append(json.loads(socket.recv(timeout=5)))
            status = 200
        except (OSError, WebSocketException, TimeoutError) as error:
            response = getattr(error, "response", None)
            closed = getattr(getattr(error, "rcvd", None), "code", None)
            status = response.status_code if response else 599
            if closed == 1012:
                status = 500
        frames = [frame for frame in frames if frame["t"] != "notice"]
        self.answers[f"socket of {name}"] = (status, frames, None)

    def changes(self, people):
        estate = self.estate
        for name, (path, body, who) in estate.sent.items():
            if name.endswith(("0", "3", "7", "reported", "media")):
                self.ask("POST", path, who, body, name=f"retry of {name}")
        self.ask("POST", f"/v1/sealed/messages/{estate.id('bobby')}", body=estate.sealed, headers=estate.delivery,
                 name="retry of the sealed send")
        self.ask("POST", f"/v1/keys/{estate.id('bobby')}/claims", "alice", headers={"Idempotency-Key": "claim-alice"},
                 name="a claim, asked again")
        for target in ("bobby", "alice", "carol"):
            self.ask("POST", f"/v1/keys/{estate.id(target)}/claims", "david")
        self.ask("POST", "/v1/reports", "carol", estate.reported)
        for name in people:
            self.sign_in(name)
        media, location, data, _ = estate.media["under way"]
        self.ask("PATCH", location, body=data[20_000:], headers={**OFFSETS, "Upload-Offset": "20000"},
                 name="the rest of the upload")
        self.ask("GET", f"/v1/media/{media}", "alice", name="the upload that was finished")
        self.ask("DELETE", f"/v1/media/{estate.media['leased'][0]}/lease", "bobby", {"lease": estate.lease["lease"]})
        capability = estate.media["sealed"][3]
        self.ask("DELETE", f"/v1/media/{estate.media['sealed'][0]}", headers={"Sotto-Delete-Capability": capability},
                 name="deletion by capability")
        self.new_things()

    def sign_in(self, name):
        account = self.estate.people[name]
        who = {"account": self.estate.id(name), "device": 1}
        answer = self.ask("POST", "/v1/auth/challenge", body=who, name=f"challenge of {name}")
        if answer is None or answer.status != 200:
            return
        challenge, server_name = answer.json["challenge"], answer.json["serverName"]
        content = struct.pack(">H", len(server_name.encode())) + server_name.encode() + unb64(challenge)
        signature = account.devices[0].identity.sign(
            "Sotto login v1", content + account.id + struct.pack(">I", 1))
        signed = {**who, "challenge": challenge, "signature": b64(signature)}
        self.ask("POST", "/v1/auth/token", body={"signed": signed}, name=f"login of {name}")

    def new_things(self):
        estate = self.estate
        body = {"clientId": b64(bytes(15) + b"\1"),
                "copies": estate.example.copies([estate.people["bobby"].devices[0].payload], b"new")}
        self.ask("POST", f"/v1/messages/{estate.id('bobby')}", "alice", body, name="a new send")
        self.ask("GET", "/v1/messages?after=25&limit=200", "bobby", name="what came of it")
        post = {"clientId": b64(bytes(15) + b"\2"), "text": "new"}
        self.ask("POST", f"/v1/conversations/{estate.room}/messages", "bobby", post, name="a new post")
        fresh = estate.example.Account("frank", estate.shard)
        fresh.id = struct.pack(">H", estate.shard << 4) + bytes(range(14))
        self.ask("POST", "/v1/accounts", name="a registration by invitation", body={
            "handle": "frank", "account": b64(fresh.id), "identity": fresh.identity.payload, "invite": estate.invite,
            "deviceList": fresh.device_list(epoch=1), "preKeys": fresh.devices[0].pre_keys(count=1)})
        for handle in ("erica", "alice"):
            other = estate.example.Account(handle, estate.shard)
            self.ask("POST", "/v1/accounts", name=f"the handle {handle}, taken", body={
                "handle": handle, "account": b64(other.id), "identity": other.identity.payload,
                "invite": estate.invite, "deviceList": other.device_list(epoch=1),
                "preKeys": other.devices[0].pre_keys(count=1)})
