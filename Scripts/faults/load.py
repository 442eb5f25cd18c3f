"""People who send, post, receive and upload until they are stopped, and a ledger of what the server answered them.

A request without an answer is made again once the server is back, under the same client id, as a client does. Moments
are those of the monotonic clock, which recorder.c uses as well.
"""

import base64
import hashlib
import json
import logging
import os
import random
import socket
import struct
import threading
import time

import websockets.sync.client
from websockets.exceptions import ConnectionClosed, WebSocketException

from house import OFFSETS, TUS, Wire, b64, example_on, metadata, now, sha256, unb64

# A socket that ends with its server is what this is for; the library would print each.
logging.getLogger("websockets").setLevel(logging.CRITICAL + 1)

# The head of a body: who sent it, and which of theirs to this recipient it is.
MARK = struct.Struct(">II")


class Person:
    """An account with one device."""

    def __init__(self, server, handle):
        self.server = server
        self.example = example_on(Wire(server.port))
        shard = self.example.call("GET", "/.well-known/sotto")["shard"]
        self.account = self.example.Account(handle, shard)
        self.account.register()
        self.registered = now()
        self.handle, self.id = handle, b64(self.account.id)
        self.registration = self.account.devices[0].registration
        self.token = self.account.token

    def copies(self, body):
        return [{"device": 1, "registrationId": self.registration, "body": b64(body)}]

    def log_in(self):
        self.example = example_on(Wire(self.server.port))
        self.token = self.account.log_in(self.account.devices[0])["accessToken"]


class Sent:
    """A message or a post."""

    def __init__(self, sender, target, index, body):
        self.sender, self.target, self.index, self.body = sender, target, index, body
        self.client_id = b64(os.urandom(16))
        self.began, self.answered, self.id = now(), None, None


class Upload:
    def __init__(self, data, is_open, has_digest):
        self.data, self.is_open, self.has_digest = data, is_open, has_digest
        self.location = self.media = None
        self.created = self.finished = self.given_up = None
        # What the server said it has: moment and offset.
        self.offsets = []
        # Between these two moments there may be bytes under way that are not those of the file.
        self.doubts = []


class Ledger:
    def __init__(self):
        self.lock = threading.Lock()
        self.sent, self.posts, self.uploads = [], [], []
        # For each receiver: what came (number, body, moment), and what was acknowledged (moment, through).
        self.delivered, self.acknowledged = {}, {}
        self.wrong = []

    def complain(self, text):
        with self.lock:
            self.wrong.append(text)


class Actor(threading.Thread):
    """A thread that asks until it has an answer."""

    def __init__(self, load, person, seed):
        super().__init__(daemon=True)
        self.load, self.person, self.server, self.ledger = load, person, load.server, load.ledger
        self.dice = random.Random(seed)
        self.wire = Wire(self.server.port)

    def run(self):
        try:
            self.act()
        except Stopped:
            pass
        except Exception as error:  # A fault of the tool or an answer nobody expects: both must be seen.
            self.ledger.complain(f"{type(self).__name__}: {type(error).__name__} {error}")

    def ask(self, method, path, body=None, headers=None, token=None, tries=True):
        """An answer that decides something; `None` where the connection ended and the caller must look again."""
        while True:
            self.load.wait(self.server)
            try:
                answer = self.wire.ask(method, path, body, token, headers)
            except ConnectionError:
                if not tries:
                    return None
                continue
            if answer.status == 401 and token:
                try:
                    self.person.log_in()
                except (ConnectionError, self.person.example.Refused):
                    continue
                token = self.person.token
            elif answer.status == 503:
                time.sleep(0.02)
            else:
                return answer


class Stopped(Exception):
    pass


class Sender(Actor):
    def act(self):
        while not self.load.is_over:
            target = self.dice.choices(self.load.receivers + [None], self.load.weights)[0]
            index = self.load.next_index(self.person, target)
            pad = self.dice.randbytes(self.dice.choice((40, 200, 200, 900, 4000)))
            body = MARK.pack(self.load.people.index(self.person), index) + pad
            sent = Sent(self.person, target, index, body)
            with self.ledger.lock:
                (self.ledger.posts if target is None else self.ledger.sent).append(sent)
            answer = self.ask("POST", *request(self.load, sent), token=self.person.token)
            if answer.status != 200 and answer.status != 201:
                raise AssertionError(f"a send: {answer.status} {answer.body[:200]}")
            sent.id, sent.answered = answer.json["id"], now()


def request(load, sent):
    """Path and body of a send or a post."""
    if sent.target is None:
        return (f"/v1/conversations/{load.room}/messages", {"clientId": sent.client_id, "text": b64(sent.body)})
    return (f"/v1/messages/{sent.target.id}", {"clientId": sent.client_id, "copies": sent.target.copies(sent.body)})


class Receiver(Actor):
    """Reads from a socket, and acknowledges now and then."""

    def act(self):
        delivered, acknowledged = self.ledger.delivered[self.person.id], self.ledger.acknowledged[self.person.id]
        last, bodies = 0, {}
        while not self.load.is_over:
            self.load.wait(self.server)
            try:
                for envelope in self.envelopes():
                    number, body = envelope["number"], unb64(envelope["body"])
                    if number in bodies and bodies[number] != body:
                        self.ledger.complain(f"number {number} came twice with different bytes")
                    if number > last:
                        bodies[number], last = body, number
                        delivered.append((number, body, now()))
                    if self.dice.random() < 0.1:
                        acknowledged.append((now(), last))
                        self.socket.send(json.dumps({"t": "delivered", "through": last}))
            except (OSError, WebSocketException, TimeoutError):
                time.sleep(0.01)

    def envelopes(self):
        address = f"ws://127.0.0.1:{self.server.port}/v1/ws"
        headers = {"Authorization": f"Bearer {self.person.token}"}
        with websockets.sync.client.connect(
                address, subprotocols=["sotto.v1+json"], additional_headers=headers, compression=None) as self.socket:
            while not self.load.is_over:
                try:
                    frame = json.loads(self.socket.recv(timeout=0.2))
                except TimeoutError:
                    continue
                except ConnectionClosed as closed:
                    if closed.rcvd and closed.rcvd.code == 4001:
                        self.person.log_in()
                    return
                if frame["t"] == "envelope":
                    yield frame


class Uploader(Actor):
    def act(self):
        while not self.load.is_over:
            upload = self.draft()
            if self.create(upload):
                self.fill(upload)

    def draft(self):
        size = self.dice.choices((
            self.dice.randint(1, 5_000), self.dice.randint(5_000, 300_000), self.dice.randint(300_000, 900_000),
            65_536 * self.dice.randint(1, 6), 9_000_000), (30, 48, 14, 7, 1))[0]
        is_open = self.dice.random() < 0.6
        return Upload(self.dice.randbytes(size), is_open, not is_open or self.dice.random() < 0.2)

    def create(self, upload):
        pairs = {"class": "open" if upload.is_open else "sealed"}
        if upload.is_open:
            pairs["conversation"] = self.load.room
        if upload.has_digest:
            pairs["sha256"] = sha256(upload.data)
        headers = {**TUS, "Upload-Length": str(len(upload.data)), "Upload-Metadata": metadata(**pairs)}
        body, is_whole = None, self.dice.random() < 0.15
        if is_whole:
            headers |= OFFSETS
            body = upload.data
        # A lost creation is another upload: its address is unknown.
        answer = self.ask("POST", "/v1/media/uploads", body, headers, self.person.token, tries=False)
        if answer is None:
            return False
        if answer.status != 201:
            raise AssertionError(f"a creation: {answer.status} {answer.body[:200]}")
        upload.location, upload.media = answer.headers["Location"], answer.headers["Sotto-Media"]
        upload.created = now()
        if is_whole:
            upload.finished = upload.created
        with self.ledger.lock:
            self.ledger.uploads.append(upload)
        return True

    def fill(self, upload):
        offset, size = 0, len(upload.data)
        # Some stay as they are, to be found open when the power goes.
        stops_at = self.dice.choice((None,) * 9 + (self.dice.randint(0, size - 1),))
        while upload.finished is None and not self.load.is_over:
            if stops_at is not None and offset >= stops_at:
                if self.dice.random() < 0.3:
                    upload.given_up = now()
                    self.ask("DELETE", upload.location, headers=TUS)
                return
            self.step(upload, offset)
            offset = self.look(upload)
            if upload.finished is None and self.dice.random() < 0.2:
                time.sleep(self.dice.random() * 0.05)

    def step(self, upload, offset):
        """One request that appends, in one of the ways in which it may go."""
        size = len(upload.data)
        end = size if self.dice.random() < 0.3 else min(size, offset + self.dice.choice((
            1, 100, 4_096, 65_536, self.dice.randint(1, 100_000), self.dice.randint(1, 300_000))))
        piece, way = upload.data[offset:end], self.dice.random()
        headers = {**OFFSETS, "Upload-Offset": str(offset)}
        if way < 0.15:
            return self.cut_off(upload, offset, end)
        if way < 0.3:
            # Other bytes than those of the checksum: none of them may be kept.
            headers["Upload-Checksum"] = "sha256 " + checksum(piece)
            doubt = [now(), None]
            upload.doubts.append(doubt)
            other = self.dice.randbytes(len(piece)) if len(piece) > 8 else bytes(8 + len(piece))[:len(piece)]
            answer = self.ask("PATCH", upload.location, other, headers, tries=False)
            if answer is not None and answer.status == 460:
                doubt[1] = now()
            elif other == piece or (answer is not None and answer.status in (409, 423)):
                upload.doubts.remove(doubt)
            elif answer is not None and answer.status != 404:
                raise AssertionError(f"a wrong checksum: {answer.status}")
            return None
        if way < 0.45:
            headers["Upload-Checksum"] = "sha256 " + checksum(piece)
        answer = self.ask("PATCH", upload.location, piece, headers, tries=False)
        if answer is None or answer.status in (409, 423):
            return None
        if answer.status != 204:
            # Bytes of a cut request with a wrong checksum counted after a kill: the whole is refused, as it must be.
            if answer.status in (404, 422) and any(end is None for _, end in upload.doubts):
                return None
            raise AssertionError(f"an append: {answer.status} {answer.body[:200]}")
        self.note(upload, int(answer.headers["Upload-Offset"]))
        return None

    def cut_off(self, upload, offset, end):
        """A connection that ends in the middle of a body."""
        self.wire.close()
        self.load.wait(self.server)
        body = upload.data[offset:end]
        head = (f"PATCH {upload.location} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n"
                f"Content-Type: application/offset+octet-stream\r\nContent-Length: {len(body)}\r\n\r\n").encode()
        try:
            with socket.create_connection(("127.0.0.1", self.server.port)) as connection:
                connection.sendall(head + body[:self.dice.randint(0, len(body))])
        except OSError:
            pass

    def look(self, upload):
        while True:
            answer = self.ask("HEAD", upload.location, headers=TUS)
            if answer.status == 423:
                time.sleep(0.005)
                continue
            if answer.status == 200:
                offset = int(answer.headers["Upload-Offset"])
                self.note(upload, offset)
                return offset
            if upload.doubts and answer.status in (404, 422):
                # Bytes of a cut request with a checksum counted, and the whole was refused.
                upload.given_up = upload.finished = now()
                return 0
            raise AssertionError(f"where an upload stands: {answer.status} {answer.body[:200]}")

    def note(self, upload, offset):
        if upload.offsets and offset < upload.offsets[-1][1]:
            self.ledger.complain(f"an upload went back from {upload.offsets[-1][1]} to {offset}")
        upload.offsets.append((now(), offset))
        if offset == len(upload.data):
            upload.finished = now()


def checksum(data):
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


class Load:
    """Everybody, against one server."""

    def __init__(self, server, seed, senders=5, uploaders=3):
        self.server, self.ledger, self.is_over = server, Ledger(), False
        self.dice = random.Random(seed)
        self.lock, self.indices = threading.Lock(), {}
        name = f"{seed:x}"[-6:]
        self.people = [Person(server, f"p{index}-{name}") for index in range(senders + 3)]
        self.receivers, writers = self.people[:3], self.people[3:]
        # The last of the three fetches nothing: its queue grows, and little goes there. `None` is the room.
        self.weights = (5, 5, 1, 3)
        for person in self.receivers:
            self.ledger.delivered[person.id], self.ledger.acknowledged[person.id] = [], []
        made = self.people[3].example.call("POST", "/v1/conversations", {
            "kind": "group", "mode": "open", "name": "Faults",
            "members": [person.id for person in self.people if person is not self.people[3]],
        }, self.people[3].token)
        self.room, self.made = made["conversation"], now()
        kinds = [(Sender, person) for person in writers] + [(Receiver, person) for person in self.receivers[:2]]
        kinds += [(Uploader, self.dice.choice(writers)) for _ in range(uploaders)]
        self.actors = [kind(self, person, self.dice.random()) for kind, person in kinds]

    def start(self):
        for actor in self.actors:
            actor.start()
        return self

    def next_index(self, person, target):
        with self.lock:
            key = (person.id, target and target.id)
            self.indices[key] = self.indices.get(key, -1) + 1
            return self.indices[key]

    def wait(self, server):
        """Until the server is up."""
        while not server.is_up.wait(0.2):
            if self.is_over:
                raise Stopped
        if self.is_over and not server.is_up.is_set():
            raise Stopped

    def stop(self):
        self.is_over = True
        for actor in self.actors:
            actor.join(60)
            if actor.is_alive():
                self.ledger.complain(f"{type(actor).__name__} did not end")
